Attribute VB_Name = "CvPython"
Option Explicit
Option Private Module
' The way to Python, through the module xlwings.

Public Const CV_VERSION As String = "%VERSION%"
Private Const UDFS As String = "addin.hosts.desktop.udfs"

' Call a worksheet function in Python; every failure is an error for the caller to handle.
Public Function CvCall(ByVal name As String, ByVal args As Variant) As Variant
    Dim here As String, why As String
    #If Mac Then
        Err.Raise 1004, , "worksheet functions need Excel on Windows; on a Mac use the buttons of the ribbon"
    #Else
        CvRefuseForeignSettings
        here = CvEnterOwnFolder()
        On Error GoTo failed
        CvAgree
        CvCall = XLPy.CallUDF(UDFS, name, CvTrimmed(args), CvCallingBook(), Application.Caller)
        CvReturnTo here
        Exit Function
failed:
        why = Err.Description
        CvReturnTo here
        Err.Raise 1004, , why
    #End If
End Function

' Make sure, once, that Python has the same version of this product.
Private Sub CvAgree()
    Static agreed As Boolean
    Dim objection As String
    If agreed Then Exit Sub
    objection = XLPy.CallUDF(UDFS, "cv_objection", Array(CV_VERSION), CvCallingBook(), Application.Caller)
    If objection <> "" Then Err.Raise 1004, , objection
    agreed = True
End Sub

' The workbook whose cell is being computed; another one may be active.
Private Function CvCallingBook() As Workbook
    If TypeName(Application.Caller) = "Range" Then
        Set CvCallingBook = Application.Caller.Worksheet.Parent
    Else
        Set CvCallingBook = ActiveWorkbook
    End If
End Function

' Whole columns end where the sheet ends; a range in several pieces is refused, since only its first would be read.
Private Function CvTrimmed(ByVal args As Variant) As Variant
    Dim i As Long, last As Long
    For i = LBound(args) To UBound(args)
        If TypeName(args(i)) = "Range" Then
            If args(i).Areas.Count > 1 Then Err.Raise 1004, , "a range must be one block, not several areas"
            If args(i).Rows.Count = args(i).Worksheet.Rows.Count Then
                last = args(i).Worksheet.UsedRange.Row + args(i).Worksheet.UsedRange.Rows.Count - 1
                Set args(i) = args(i).Resize(last)
            End If
        End If
    Next i
    CvTrimmed = args
End Function

' xlwings' module looks for settings in the active workbook and beside it before it looks in the user's own file, and
' one of them names the program that is started as Python. A workbook from elsewhere must not choose that program.
Public Sub CvRefuseForeignSettings()
    Static lookedBeside As String
    If ActiveWorkbook Is Nothing Then Exit Sub
    If Not ActiveWorkbook Is ThisWorkbook Then
        If SheetExists(ActiveWorkbook, PROJECT_NAME & ".conf") Then
            Err.Raise 1004, , "the workbook " & ActiveWorkbook.Name & " has a sheet " & PROJECT_NAME & ".conf, which " & _
                "could start any program in Python's place; close it, or delete that sheet if you trust the workbook"
        End If
    End If
    If ActiveWorkbook.FullName = lookedBeside Then Exit Sub
    If FileExists(GetDirectoryConfigFilePath()) Then
        Err.Raise 1004, , "a file " & PROJECT_NAME & ".conf stands beside the workbook " & ActiveWorkbook.Name & _
            " and could start any program in Python's place; move it away"
    End If
    lookedBeside = ActiveWorkbook.FullName
End Sub

' Python looks for its modules in the folder it is started in first, and that is Excel's, where a workbook may have
' brought anything: start it in the user's own folder. Gives the folder to return to.
Public Function CvEnterOwnFolder() As String
    If CvOwnFolder() = "" Then Exit Function
    On Error Resume Next
    CvEnterOwnFolder = CurDir
    MkDir CvOwnFolder()
    ChDrive CvOwnFolder()
    ChDir CvOwnFolder()
End Function

Public Sub CvReturnTo(ByVal folder As String)
    If folder = "" Then Exit Sub
    On Error Resume Next
    ChDrive folder
    ChDir folder
End Sub

' "" on a Mac, where Excel may go to no folder of its user's.
Private Function CvOwnFolder() As String
    #If Not Mac Then
        CvOwnFolder = Environ("USERPROFILE") & "\." & PROJECT_NAME
    #End If
End Function

' Write a line to the user's log; a log that cannot be written is no reason to fail.
Public Sub CvLog(ByVal message As String)
    Dim file As Integer
    If CvOwnFolder() = "" Then Exit Sub
    On Error Resume Next
    MkDir CvOwnFolder()
    file = FreeFile
    Open CvOwnFolder() & "\" & PROJECT_NAME & ".log" For Append As #file
    Print #file, Format$(Now, "yyyy-mm-dd hh:nn:ss") & " Excel " & message
    Close #file
End Sub
