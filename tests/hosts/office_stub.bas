Attribute VB_Name = "CvPython"
Option Explicit
' Stands in for the module of that name where there is no Excel: calls go to the test that runs LibreOffice.

Public Function CvCall(ByVal name As String, ByVal args As Variant) As Variant
    Dim given(1) As New com.sun.star.beans.NamedValue
    Dim values As Variant, reply As Variant, i As Long, j As Long
    Dim grid() As Variant
    If UBound(args) < LBound(args) Then
        values = Array()
    Else
        ReDim values(UBound(args))
    End If
    For i = LBound(args) To UBound(args)
        If IsMissing(args(i)) Then
            values(i) = Chr(0) & "missing"
        ElseIf TypeName(args(i)) = "Range" Then
            values(i) = args(i).CellRange.getDataArray()
        Else
            values(i) = args(i)
        End If
    Next i
    given(0).Name = "name"
    given(0).Value = name
    given(1).Name = "args"
    given(1).Value = values
    reply = GetDefaultContext().getValueByName("/singletons/customer_value.engine").execute(given())
    If Not IsArray(reply) Then Err.Raise 1004, , reply
    If UBound(reply) = 0 And UBound(reply(0)) = 0 Then
        CvCall = reply(0)(0)
        Exit Function
    End If
    ReDim grid(0 To UBound(reply), 0 To UBound(reply(0)))
    For i = 0 To UBound(reply)
        For j = 0 To UBound(reply(0))
            grid(i, j) = reply(i)(j)
        Next j
    Next i
    CvCall = grid
End Function

Public Sub CvLog(ByVal message As String)
End Sub

' What CvAnswer makes of an answer, in words that a cell can show: the type of each item, and the number of an error.
Public Function PROBE_SCALAR(text As String) As String
    PROBE_SCALAR = Described(CvAnswer(Chr(5) & text))
End Function

Public Function PROBE_PLAIN(text As String) As String
    PROBE_PLAIN = Described(CvAnswer(text))
End Function

Public Function PROBE_ROW(text As String) As String
    Dim answer As Variant
    answer = CvAnswer(Array(1.5, Chr(5) & text, "text", True))
    PROBE_ROW = Described(answer(0)) & " " & Described(answer(1)) & " " & Described(answer(2)) & " " & Described(answer(3))
End Function

Public Function PROBE_BLOCK(text As String) As String
    Dim grid(0 To 1, 0 To 1) As Variant, answer As Variant
    grid(0, 0) = 1.5
    grid(0, 1) = Chr(5) & text
    grid(1, 0) = ""
    grid(1, 1) = "text"
    answer = CvAnswer(grid)
    PROBE_BLOCK = Described(answer(0, 0)) & " " & Described(answer(0, 1)) & " " & Described(answer(1, 0)) & " " & Described(answer(1, 1))
End Function

Public Function PROBE_FAILURE(why As String) As String
    PROBE_FAILURE = Described(CvFailure("CV_TEST", why)) & " " & CvLastFailure()
End Function

Public Function PROBE_AFTER_ERROR() As String
    Dim unused As Variant
    unused = CvFailure("CV_TEST", "no Python")
    unused = CvAnswer(Chr(5) & "#N/A")
    PROBE_AFTER_ERROR = "<" & CvLastFailure() & ">"
End Function

Private Function Described(ByVal item As Variant) As String
    Described = VarType(item)
    If VarType(item) = vbError Then Described = Described & ":" & CLng(item)
End Function
