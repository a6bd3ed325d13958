Attribute VB_Name = "xlwings"
Option Explicit
' Stands in for xlwings' module, which LibreOffice cannot compile; what our own modules use of it.

Public Const PROJECT_NAME As String = "customer_value"

Public Function XLPy() As Object
    Set XLPy = New Bridge
End Function

Public Function SheetExists(wb, name) As Boolean
    Dim sheet
    For Each sheet In wb.Sheets
        If sheet.Name = name Then SheetExists = True
    Next sheet
End Function

Public Function FileExists(path) As Boolean
    FileExists = Dir(path) <> ""
End Function

Public Function GetDirectoryConfigFilePath() As String
    GetDirectoryConfigFilePath = Environ("CUSTOMER_VALUE_TEST") & "/" & PROJECT_NAME & ".conf"
End Function

Public Function RunPython(command)
    Dim server As Object
    Set server = New Bridge
    server.CallUDF "", "RunPython", Array(command), Nothing, Nothing
End Function
