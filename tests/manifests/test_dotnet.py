"""C# and F#: examples as in the documentation of NuGet and MSBuild."""

from __future__ import annotations

from collections.abc import Callable


def test_a_project(told: Callable):
    assert told(
        "src/Shop.Web/Shop.Web.csproj",
        """\
        \ufeff<Project Sdk="Microsoft.NET.Sdk">
          <PropertyGroup>
            <PackageId>Contoso.Shop</PackageId>
            <Version>1.2.0</Version>
          </PropertyGroup>
          <ItemGroup>
            <PackageReference Include="Contoso.Utility.UsefulStuff" Version="3.6.0" />
            <PackageReference Include="Newtonsoft.Json">
              <Version>[13.0.1, 14)</Version>
            </PackageReference>
            <PackageReference Include="StyleCop.Analyzers" Version="1.1.118" PrivateAssets="all" />
            <PackageReference Include="Central" />
            <PackageReference Update="FSharp.Core" Version="8.0.0" />
            <ProjectReference Include="..\\Shop.Core\\Shop.Core.csproj" />
          </ItemGroup>
        </Project>
        """,
    ) == [
        "makes contoso.shop 1.2.0",
        "7 contoso.utility.usefulstuff 3.6.0 runtime",
        "8 newtonsoft.json [13.0.1, 14) runtime",
        "11 stylecop.analyzers 1.1.118 development",
        "12 central runtime",
        "13 fsharp.core 8.0.0 managed",
        "14 shop.core runtime inside",
    ]


def test_a_project_is_named_by_its_file_and_a_test_goes_nowhere(told: Callable):
    text = "<Project><PropertyGroup><IsPackable>false</IsPackable></PropertyGroup></Project>"
    assert told("Shop.Tests.fsproj", text) == ["makes shop.tests (private)"]


def test_a_package_whose_name_other_files_tell_is_told_and_not_guessed(told: Callable):
    text = "<Project><PropertyGroup><PackageId>{}</PackageId></PropertyGroup></Project>"
    assert told("Shop.csproj", text.format("Acme.$(MSBuildProjectName)")) == ["makes acme.shop"]
    assert told("Shop.csproj", text.format("$(Prefix).Shop")) == [
        "but: its package is called $(Prefix).Shop, which other files tell, or nothing before it is built"
    ]


def test_versions_in_one_place(told: Callable):
    assert told(
        "Directory.Packages.props",
        """\
        <Project>
          <PropertyGroup><Json>13.0.3</Json></PropertyGroup>
          <ItemGroup>
            <PackageVersion Include="Newtonsoft.Json" Version="$(Json)" />
            <GlobalPackageReference Include="Nerdbank.GitVersioning" Version="3.5.109" />
          </ItemGroup>
        </Project>
        """,
    ) == ["4 newtonsoft.json 13.0.3 managed", "5 nerdbank.gitversioning 3.5.109 development"]


def test_packages_config(told: Callable):
    assert told(
        "packages.config",
        """\
        <?xml version="1.0" encoding="utf-8"?>
        <packages>
          <package id="jQuery" version="3.1.1" targetFramework="net46" />
          <package id="NUnit" version="3.2" developmentDependency="true" />
        </packages>
        """,
    ) == ["3 jquery 3.1.1 =3.1.1 runtime", "4 nunit 3.2 =3.2 development"]


def test_packages_lock_json(told: Callable):
    assert told(
        "packages.lock.json",
        """\
        {
          "version": 1,
          "dependencies": {
            "net6.0": {
              "My.Lib": {"type": "Direct", "requested": "[1.0.0, )", "resolved": "1.0.1"},
              "Other": {"type": "Transitive", "resolved": "4.3.0"},
              "shop.core": {"type": "Project"}
            }
          }
        }
        """,
    ) == ["5 my.lib [1.0.0, ) =1.0.1", "6 other =4.3.0", "7 shop.core inside"]
