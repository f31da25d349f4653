"""C#: files of types, from what compiled assemblies refer to: mcs compiles what it can, Mono.Cecil reads the result.

Compared are edges between files of projects that compile here. An assembly also refers to types no file names,
because a value of theirs passes through: no reading of names finds those, so an edge is sure where the type is named.
It refers to no type of which only constants are used: such an edge is possible where type and constant are named.
"""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
import tempfile
from collections import defaultdict
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path

from comparing import Edge, Graph, Held, Tool

_DUMP = """
using System;
using System.Collections.Generic;
using Mono.Cecil;
using Mono.Cecil.Cil;

static class Dump
{
    static readonly HashSet<string> said = new HashSet<string>();

    static void Say(params string[] words)
    {
        var line = string.Join("\\t", words);
        if (said.Add(line)) Console.WriteLine(line);
    }

    static string Name(TypeReference type)
    {
        while (type is TypeSpecification) type = ((TypeSpecification)type).ElementType;
        while (type.DeclaringType != null) type = type.DeclaringType;
        return type is GenericParameter ? "" : type.FullName.Split('`')[0];
    }

    static void Use(string from, TypeReference type)
    {
        if (type == null) return;
        var generic = type as GenericInstanceType;
        if (generic != null) foreach (var argument in generic.GenericArguments) Use(from, argument);
        var array = type as TypeSpecification;
        if (array != null) { Use(from, array.ElementType); return; }
        var to = Name(type);
        if (to != "" && to != from) Say("R", from, to);
    }

    static void Attributes(string from, ICustomAttributeProvider owner)
    {
        foreach (var one in owner.CustomAttributes)
        {
            Use(from, one.AttributeType);
            try
            {
                foreach (var argument in one.ConstructorArguments) Argument(from, argument);
                foreach (var argument in one.Properties) Argument(from, argument.Argument);
            }
            catch (AssemblyResolutionException) { } // an enumeration of elsewhere, whose size nobody knows
        }
    }

    static void Argument(string from, CustomAttributeArgument argument)
    {
        Use(from, argument.Type);
        if (argument.Value is TypeReference) Use(from, (TypeReference)argument.Value);
    }

    static void Generics(string from, IGenericParameterProvider owner)
    {
        foreach (var one in owner.GenericParameters)
            foreach (var limit in one.Constraints) Use(from, limit.ConstraintType);
    }

    static void Member(string from, MemberReference member)
    {
        if (member is TypeReference) { Use(from, (TypeReference)member); return; }
        if (member == null) return;
        Use(from, member.DeclaringType);
        var generic = member as GenericInstanceMethod;
        if (generic != null) foreach (var argument in generic.GenericArguments) Use(from, argument);
    }

    static void Main(string[] files)
    {
        var resolver = new DefaultAssemblyResolver();
        foreach (var file in files) resolver.AddSearchDirectory(System.IO.Path.GetDirectoryName(file));
        var parameters = new ReaderParameters { AssemblyResolver = resolver };
        foreach (var file in files)
        foreach (var type in ModuleDefinition.ReadModule(file, parameters).GetTypes())
        {
            var from = Name(type);
            Say("T", from);
            if (type.DeclaringType == null)
                foreach (var field in type.Fields) if (field.IsLiteral) Say("L", from, field.Name);
            Use(from, type.BaseType);
            foreach (var one in type.Interfaces) Use(from, one.InterfaceType);
            Attributes(from, type);
            Generics(from, type);
            foreach (var field in type.Fields) { Use(from, field.FieldType); Attributes(from, field); }
            foreach (var one in type.Properties) { Use(from, one.PropertyType); Attributes(from, one); }
            foreach (var one in type.Events) { Use(from, one.EventType); Attributes(from, one); }
            foreach (var method in type.Methods)
            {
                Use(from, method.ReturnType);
                Attributes(from, method);
                Generics(from, method);
                foreach (var one in method.Overrides) Use(from, one.DeclaringType);
                foreach (var one in method.Parameters) { Use(from, one.ParameterType); Attributes(from, one); }
                if (!method.HasBody) continue;
                foreach (var one in method.Body.Variables) Use(from, one.VariableType);
                foreach (var one in method.Body.ExceptionHandlers) Use(from, one.CatchType);
                foreach (var one in method.Body.Instructions) Member(from, one.Operand as MemberReference);
            }
        }
    }
}
"""
_INCLUDE = re.compile(
    r"<(Compile|Reference|ProjectReference|DefineConstants|AssemblyName)\b(?:[^<>]*?\bInclude=\"([^\"]*)\")?[^<>]*>([^<]*)"
)
_NOISE = re.compile(
    r"//[^\n]*|/\*.*?\*/|@\"(?:[^\"]|\"\")*\"|\"(?:[^\"\\\n]|\\.)*\"|'(?:[^'\\\n]|\\.)+'|^[ \t]*#[^\n]*",
    re.DOTALL | re.MULTILINE,
)
_DECLARED = re.compile(
    r"\bnamespace\s+([\w.]+)|\b(?:class|struct|interface|enum)\s+(\w+)|\bdelegate\s+[\w<>\[\],.?\s]+?\b(\w+)\s*(?:<[^()]*>)?\s*\("
)
_DOTTED = re.compile(r"(?<![\w.])[A-Za-z_]\w*(?:\s*\.\s*[A-Za-z_]\w*)*")
_OF_TYPE = re.compile(r"\b([A-Za-z_]\w*)(?=\s*\.\s*([A-Za-z_]\w*))")


@cache
def _cecil() -> Path | None:
    found = sorted(Path("/usr/lib/mono").rglob("Mono.Cecil.dll"))
    return found[0] if found else None


def version() -> str | None:
    if shutil.which("mcs") is None or shutil.which("mono") is None or _cecil() is None:
        return None
    return subprocess.run(["mcs", "--version"], capture_output=True, text=True).stdout.split()[-1]


def _path(folder: Path, written: str) -> Path:
    return (folder / written.replace("\\", "/")).resolve()


def _assemblies(tree: Path, out: Path) -> Iterator[tuple[Path, list[Path]]]:
    """(assembly, sources) of each project that compiles."""
    projects = {}
    for project in sorted(tree.rglob("*.csproj")):
        parts: dict[str, list[str]] = defaultdict(list)
        for kind, include, inside in _INCLUDE.findall(project.read_text("utf-8-sig", "replace")):
            parts[kind].append(include or inside)
        projects[project.resolve()] = parts
    built: dict[Path, Path] = {}
    reach: dict[Path, set[Path]] = {}  # projects that one refers to, directly or not
    waiting = dict(projects)
    while waiting:
        ready = [
            path
            for path, parts in waiting.items()
            if not {_path(path.parent, one) for one in parts["ProjectReference"]} & waiting.keys() - {path}
        ]
        for path in ready or [next(iter(waiting))]:
            parts = waiting.pop(path)
            assembly = (
                out / f"{len(projects) - len(waiting)}" / f"{(parts['AssemblyName'] or [path.stem])[0].strip()}.dll"
            )
            assembly.parent.mkdir(parents=True)
            sources = sorted(
                {
                    found
                    for one in parts["Compile"]
                    for found in (
                        [_path(path.parent, one)] if "*" not in one else path.parent.glob(one.replace("\\", "/"))
                    )
                    if found.is_file()
                }
            )
            near = [_path(path.parent, one) for one in parts["ProjectReference"]]
            reach[path] = {path}.union(*(reach.get(one, set()) for one in near))
            needed = [built[one] for one in sorted(reach[path]) if one in built]
            sources = [_unsigned(one, assembly.parent) for one in sources]
            if sources and _compiled(
                assembly, sources, [one.partition(",")[0] for one in parts["Reference"]], needed, parts
            ):
                built[path] = assembly
                yield assembly, sources
            else:
                print(f"{path.relative_to(tree)} does not compile here", file=sys.stderr)


def _unsigned(source: Path, out: Path) -> Path:
    """The source, or a copy without the line that wants a key."""
    written = source.read_bytes()
    if b"AssemblyKeyFile" not in written:
        return source
    copy = out / source.name
    copy.write_bytes(re.sub(rb"\[assembly:\s*AssemblyKeyFile[^\]]*\]", b"", written))
    return copy


def _compiled(
    assembly: Path, sources: list[Path], names: list[str], needed: list[Path], parts: Mapping[str, list[str]]
) -> bool:
    known = [name for name in names if name and Path(f"/usr/lib/mono/4.5/{name}.dll").exists()]
    define = [one for one in parts["DefineConstants"] if one.strip()][:1]
    done = subprocess.run(
        [
            "mcs", "-target:library", "-unsafe", "-nowarn:0-9999", "-langversion:latest", f"-out:{assembly}",
            *(f"-define:{one.strip()}" for one in define), *(f"-r:{one}" for one in [*known, *needed]),
            *map(str, sources),
        ],
        capture_output=True, text=True,
    )  # fmt: skip
    if done.returncode:
        print("\n".join((done.stdout + done.stderr).splitlines()[-3:]), file=sys.stderr)
    return done.returncode == 0


def _references(assemblies: list[Path], out: Path) -> Iterator[list[str]]:
    cecil = _cecil()
    assert cecil is not None  # else there is no version
    (out / "Dump.cs").write_text(_DUMP)
    shutil.copy(cecil, out)
    subprocess.run(["mcs", "-nowarn:0-9999", f"-r:{cecil}", f"-out:{out}/Dump.exe", f"{out}/Dump.cs"], check=True)
    told = subprocess.run(
        ["mono", f"{out}/Dump.exe", *map(str, assemblies)], capture_output=True, text=True, check=True
    )
    for line in told.stdout.splitlines():
        yield line.split("\t")


def _files_of_types(tree: Path, sources: set[Path]) -> tuple[dict[str, set[str]], dict[str, str]]:
    """(files by full name of a type, code by file)."""
    files: dict[str, set[str]] = defaultdict(set)
    codes: dict[str, str] = {}
    for source in sources:
        if not source.is_relative_to(tree.resolve()):
            continue
        path = source.relative_to(tree.resolve()).as_posix()
        codes[path] = code = _NOISE.sub(
            lambda one: '""' if one[0][0] in "@\"'" else " ", source.read_text("utf-8-sig", "replace")
        )
        outer = namespace = ""
        for found in _DECLARED.finditer(code):
            if found[1]:
                outer, namespace = outer or found[1], found[1]
                continue
            name = found[2] or found[3]
            files[f"{namespace}.{name}" if namespace else name].add(path)
            if namespace != outer:  # it may lie inside the first one
                files[f"{outer}.{namespace}.{name}"].add(path)
    return files, codes


def _names_in(code: str) -> dict[str, set[str]]:
    """By each word: what stands before it with dots, "" if nothing does."""
    found: dict[str, set[str]] = defaultdict(set)
    for dotted in set(_DOTTED.findall(code)):
        parts = [part.strip() for part in dotted.split(".")]
        for at, part in enumerate(parts[:8]):
            found[part].add("".join(f"{one}." for one in parts[:at]))
    return found


@cache
def _measured(tree: Path) -> tuple[Held, frozenset[str]]:
    """What the assemblies say, and the files that are in one."""
    sure: set[Edge] = set()
    possible: set[Edge] = set()
    with tempfile.TemporaryDirectory() as scratch:
        compiled = list(_assemblies(tree, Path(scratch)))
        files, codes = _files_of_types(tree, {one for _, sources in compiled for one in sources})
        named = {path: _names_in(code) for path, code in codes.items()}
        members = {path: frozenset(_OF_TYPE.findall(code)) for path, code in codes.items()}
        compiled_types: set[str] = set()
        constants: dict[tuple[str, str], set[str]] = defaultdict(set)
        for kind, *names in _references([assembly for assembly, _ in compiled], Path(scratch)):
            if kind == "T":
                compiled_types.add(names[0])
            if kind == "L":
                constants[names[0].rpartition(".")[2], names[1]] |= files.get(names[0], set())
            if kind != "R":
                continue
            sources, targets = files.get(names[0], set()), files.get(names[1], set())
            space, _, name = names[1].rpartition(".")
            edges = {(src, dst) for src in sources for dst in targets if src != dst}
            possible |= edges
            for src, dst in edges if len(sources) == len(targets) == 1 else ():
                said = named[src].get(name, set()) | named[src].get(name.removesuffix("Attribute"), set())
                if any(f".{space}.".endswith(f".{before}") for before in said):
                    sure.add((src, dst))
        # Of types that only other settings have than those that compile here, nobody says anything.
        names_compiled = {full.rpartition(".")[2] for full in compiled_types}
        for full in files.keys() - compiled_types:
            name = full.rpartition(".")[2]
            if name not in names_compiled:
                possible |= {(src, dst) for src, said in named.items() if name in said for dst in files[full] - {src}}
        for path, pairs in members.items():
            possible |= {(path, dst) for pair in pairs for dst in constants.get(pair, ()) if dst != path}
    return Held(frozenset(sure), frozenset(possible)), frozenset(codes)


def held(tree: Path) -> Mapping[str, Held]:
    return {"files": _measured(tree)[0]}


def ours(tree: Path, graph: Graph) -> Mapping[str, frozenset[Edge]]:
    compiled = _measured(tree)[1]
    found = graph.edges("type", "call", "inherit", "uses", "import")
    return {"files": frozenset(edge for edge in found if compiled.issuperset(edge))}


TOOL = Tool("mcs and Mono.Cecil", version, held, ours, recall=0.95, precision=0.97)
