"""
VBA projects written without Excel: the texts of modules become the part `xl/vbaProject.bin` of a workbook.

`compression` packs a text, `compound` packs streams into one file, `project` makes the streams of a project. Nothing
in here opens a file.
"""

from addin.hosts.desktop.vba.compound import compound_file
from addin.hosts.desktop.vba.compression import compress
from addin.hosts.desktop.vba.project import Kind, Module, Reference, module_from_file, project_bytes

__all__ = ["Kind", "Module", "Reference", "compound_file", "compress", "module_from_file", "project_bytes"]
