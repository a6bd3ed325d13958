Attribute VB_Name = "CvRibbon"
Option Explicit
' Every button of the ribbon calls CvPress; its tag says what file is to be chosen before: kind|name|what.

Public Sub CvPress(control As IRibbonControl)
    Dim path As String, here As String
    On Error GoTo failed
    If ActiveWorkbook Is Nothing Then Workbooks.Add
    CvRefuseForeignSettings
    If control.Tag <> "" Then
        path = CvChosen(Split(control.Tag, "|"))
        If path = "" Then Exit Sub
    End If
    here = CvEnterOwnFolder()
    RunPython "from addin.hosts.desktop.buttons import press; press('" & control.ID & "', '" & CvHex(path) & "')"
    CvReturnTo here
    Exit Sub
failed:
    CvReturnTo here
    CvLog control.ID & ": " & Err.Description
    MsgBox Err.Description & vbCrLf & vbCrLf & "The command customer-value doctor says what is missing.", _
        vbExclamation, "Customer Value"
End Sub

' Let the user choose a file; "" when the user has changed their mind.
Private Function CvChosen(ByVal wanted As Variant) As String
    Dim answer As Variant
    #If Mac Then
        If wanted(0) = "save" Then
            answer = Application.GetSaveAsFilename(wanted(1))
        Else
            answer = Application.GetOpenFilename()
        End If
    #Else
        If wanted(0) = "save" Then
            answer = Application.GetSaveAsFilename(wanted(1), wanted(2))
        Else
            answer = Application.GetOpenFilename(wanted(2))
        End If
    #End If
    If VarType(answer) = vbString Then CvChosen = answer
End Function

' A text as the digits of its characters, which no quoting on the way to Python can change.
Private Function CvHex(ByVal text As String) As String
    Dim i As Long
    For i = 1 To Len(text)
        CvHex = CvHex & Right$("000" & Hex$(AscW(Mid$(text, i, 1)) And &HFFFF&), 4)
    Next i
End Function
