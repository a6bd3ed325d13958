Attribute VB_Name = "Probes"
Option Explicit
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

' Press a button that asks for no file.
Public Function PROBE_PRESS(name As String) As String
    Dim pressed As Object
    Set pressed = New Button
    pressed.ID = name
    CvPress pressed
    PROBE_PRESS = "pressed"
End Function
