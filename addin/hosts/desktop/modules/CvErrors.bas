Attribute VB_Name = "CvErrors"
Option Explicit
Option Private Module
' What Python answered becomes what a cell can hold: texts behind the mark become Excel's error values, alone and in
' arrays. Nothing in here calls Excel, so that other programs with the same language can test it.

Private Const MARK As Integer = 5
Private lastFailure As String

' The answer of a worksheet function, with its errors as errors.
Public Function CvAnswer(ByRef answer As Variant) As Variant
    Dim row As Long, column As Long
    If Not IsArray(answer) Then
        CvAnswer = CvCell(answer)
        Exit Function
    End If
    If CvDimensions(answer) = 1 Then
        For column = LBound(answer) To UBound(answer)
            If VarType(answer(column)) = vbString Then answer(column) = CvCell(answer(column))
        Next column
    Else
        For row = LBound(answer, 1) To UBound(answer, 1)
            For column = LBound(answer, 2) To UBound(answer, 2)
                If VarType(answer(row, column)) = vbString Then answer(row, column) = CvCell(answer(row, column))
            Next column
        Next row
    End If
    CvAnswer = answer
End Function

' One cell of an answer.
Private Function CvCell(ByVal content As Variant) As Variant
    CvCell = content
    If VarType(content) <> vbString Then Exit Function
    If Len(content) < 2 Then Exit Function
    If AscW(Left$(content, 1)) <> MARK Then Exit Function
    CvCell = CVErr(CvErrorNumber(Mid$(content, 2)))
    ' The reason is in Python's last message, which is newer than any failure to reach Python.
    lastFailure = ""
End Function

' Excel's number of an error value.
Private Function CvErrorNumber(ByVal code As String) As Long
    Select Case code
        Case "#NULL!": CvErrorNumber = 2000
        Case "#DIV/0!": CvErrorNumber = 2007
        Case "#REF!": CvErrorNumber = 2023
        Case "#NAME?": CvErrorNumber = 2029
        Case "#NUM!": CvErrorNumber = 2036
        Case "#N/A": CvErrorNumber = 2042
        Case Else: CvErrorNumber = 2015
    End Select
End Function

' 1 for a row that came as a flat list, 2 for a block.
Private Function CvDimensions(ByRef answer As Variant) As Long
    Dim upper As Long
    On Error GoTo flat
    upper = UBound(answer, 2)
    CvDimensions = 2
    Exit Function
flat:
    CvDimensions = 1
End Function

' A call that never got an answer: #VALUE!, and the reason for CV_LASTERROR and the log.
Public Function CvFailure(ByVal name As String, ByVal why As String) As Variant
    Dim message As String
    message = name & ": " & why
    ' A workbook may hold thousands of formulas that all fail for one reason.
    If message <> lastFailure Then CvLog message
    lastFailure = message
    CvFailure = CVErr(2015)
End Function

' The reason of the last call that never got an answer, "" when Python has had the last word since.
Public Function CvLastFailure() As String
    CvLastFailure = lastFailure
End Function
