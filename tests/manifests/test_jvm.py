"""Java, Kotlin and Scala: examples as in the documentation of Maven, Gradle and sbt."""

from __future__ import annotations

from collections.abc import Callable

import pytest


def test_pom_xml(told: Callable):
    assert told(
        "pom.xml",
        """\
        <?xml version="1.0" encoding="UTF-8"?>
        <project xmlns="http://maven.apache.org/POM/4.0.0">
          <modelVersion>4.0.0</modelVersion>
          <parent>
            <groupId>org.codehaus.mojo</groupId>
            <artifactId>my-parent</artifactId>
            <version>2.0</version>
            <relativePath>../my-parent</relativePath>
          </parent>
          <artifactId>my-project</artifactId>
          <properties>
            <junit.version>4.12</junit.version>
          </properties>
          <dependencies>
            <dependency>
              <groupId>junit</groupId>
              <artifactId>junit</artifactId>
              <version>${junit.version}</version>
              <scope>test</scope>
            </dependency>
            <dependency>
              <groupId>${project.groupId}</groupId>
              <artifactId>my-core</artifactId>
              <version>${project.version}</version>
              <optional>true</optional>
            </dependency>
            <dependency>
              <groupId>javax.servlet</groupId>
              <artifactId>servlet-api</artifactId>
              <version>${from.the.parent}</version>
              <scope>provided</scope>
              <exclusions><exclusion><groupId>x</groupId><artifactId>y</artifactId></exclusion></exclusions>
            </dependency>
          </dependencies>
          <dependencyManagement><dependencies>
            <dependency>
              <groupId>org.bom</groupId><artifactId>bom</artifactId><version>1</version>
              <type>pom</type><scope>import</scope>
            </dependency>
          </dependencies></dependencyManagement>
          <build><plugins><plugin>
            <artifactId>maven-compiler-plugin</artifactId>
            <version>3.8.1</version>
          </plugin></plugins></build>
        </project>
        """,
    ) == [
        "makes org.codehaus.mojo:my-project 2.0",
        "4 org.codehaus.mojo:my-parent 2.0 parent",
        "15 junit:junit 4.12 test",
        "21 org.codehaus.mojo:my-core 2.0 optional",
        "27 javax.servlet:servlet-api ${from.the.parent} provided",
        "36 org.bom:bom 1 managed",
        "41 org.apache.maven.plugins:maven-compiler-plugin 3.8.1 build",
    ]


def test_a_build_of_gradle_in_groovy(told: Callable):
    assert told(
        "shop/build.gradle",
        """\
        plugins {
            id 'java-library'
            id 'org.springframework.boot' version '3.2.0'
        }
        group = 'com.example'
        version = '1.2'
        ext.guavaVersion = '31.1-jre'

        dependencies {
            // implementation 'not:this:one'
            implementation 'org.hibernate:hibernate-core:3.6.7.Final'
            api "com.google.guava:guava:$guavaVersion"
            testImplementation group: 'junit', name: 'junit', version: '4.12'
            runtimeOnly 'org.postgresql:postgresql:42.1@jar', 'com.h2database:h2:2.2'
            compileOnly('org.projectlombok:lombok:1.18.30') { transitive = false }
            annotationProcessor 'org.projectlombok:lombok:1.18.30'
            implementation project(':core')
            implementation platform('org.springframework.boot:spring-boot-dependencies:3.2.0')
            implementation 'org.springframework:spring-core'
            implementation "org.app:app:${property("versions.app")}"
        }
        task(run) { group = 'application' }
        """,
    ) == [
        "makes com.example:shop 1.2",
        "3 org.springframework.boot:org.springframework.boot.gradle.plugin 3.2.0 build",
        "11 org.hibernate:hibernate-core 3.6.7.Final runtime",
        "12 com.google.guava:guava 31.1-jre runtime",
        "13 junit:junit 4.12 test",
        "14 com.h2database:h2 2.2 runtime",
        "14 org.postgresql:postgresql 42.1 runtime",
        "15 org.projectlombok:lombok 1.18.30 build",
        "16 org.projectlombok:lombok 1.18.30 build",
        "17 :core runtime inside",
        "18 org.springframework.boot:spring-boot-dependencies 3.2.0 managed",
        "19 org.springframework:spring-core runtime",
        "20 org.app:app runtime",
    ]


def test_a_build_of_gradle_in_kotlin(told: Callable):
    assert told(
        "build.gradle.kts",
        """\
        plugins {
            kotlin("jvm") version "1.9.22"
            id("com.diffplug.spotless") version "6.25.0"
        }
        val ktor = "2.3.7"
        dependencies {
            implementation("io.ktor:ktor-server-core:$ktor")
            implementation("io.ktor:ktor-server-netty:${ktor}")
            testImplementation(kotlin("test"))
            implementation(project(":core"))
            debugImplementation("com.squareup.leakcanary:leakcanary-android:2.12")
            ksp(group = "com.google.dagger", name = "hilt-compiler", version = "2.50")
        }
        """,
    ) == [
        "2 org.jetbrains.kotlin.jvm:org.jetbrains.kotlin.jvm.gradle.plugin 1.9.22 build",
        "3 com.diffplug.spotless:com.diffplug.spotless.gradle.plugin 6.25.0 build",
        "7 io.ktor:ktor-server-core 2.3.7 runtime",
        "8 io.ktor:ktor-server-netty 2.3.7 runtime",
        "9 org.jetbrains.kotlin:kotlin-test test",
        "10 :core runtime inside",
        "11 com.squareup.leakcanary:leakcanary-android 2.12 development",
        "12 com.google.dagger:hilt-compiler 2.50 build",
    ]


def test_settings_of_gradle(told: Callable):
    assert told(
        "settings.gradle.kts",
        """\
        pluginManagement {
            plugins { id("org.gradle.toolchains.foojay-resolver-convention") version "0.8.0" }
        }
        rootProject.name = "shop"
        include(":app", "lib")
        include("services:web")
        includeBuild("../other")
        """,
    ) == [
        "2 org.gradle.toolchains.foojay-resolver-convention:"
        "org.gradle.toolchains.foojay-resolver-convention.gradle.plugin 0.8.0 build",
        "5 :app inside",
        "5 :lib inside",
        "6 :services:web inside",
        "7 ../other inside",
    ]


def test_a_version_catalog(told: Callable):
    assert told(
        "gradle/libs.versions.toml",
        """\
        [versions]
        groovy = "3.0.5"
        checkstyle = { strictly = "8.37" }

        [libraries]
        groovy-core = { module = "org.codehaus.groovy:groovy", version.ref = "groovy" }
        commons-lang3 = { group = "org.apache.commons", name = "commons-lang3", version = { strictly = "[3.8, 4.0[" } }
        short = "com.mycompany:mylib:1.4"
        bom-gives-it = { module = "io.grpc:grpc-stub" }

        [plugins]
        versions = { id = "com.github.ben-manes.versions", version = "0.45.0" }
        check = "org.check:1"
        """,
    ) == [
        "6 org.codehaus.groovy:groovy 3.0.5 managed",
        "7 org.apache.commons:commons-lang3 [3.8, 4.0[ managed",
        "8 com.mycompany:mylib 1.4 managed",
        "9 io.grpc:grpc-stub managed",
        "12 com.github.ben-manes.versions:com.github.ben-manes.versions.gradle.plugin 0.45.0 managed",
        "13 org.check:org.check.gradle.plugin 1 managed",
    ]


def test_gradle_lockfile(told: Callable):
    assert told(
        "gradle.lockfile",
        """\
        # This is a Gradle generated file for dependency locking.
        org.springframework:spring-beans:5.0.5.RELEASE=compileClasspath,runtimeClasspath
        junit:junit:4.13=testCompileClasspath
        empty=annotationProcessor
        """,
    ) == ["2 org.springframework:spring-beans =5.0.5.RELEASE runtime", "3 junit:junit =4.13 test"]


def test_build_sbt(told: Callable):
    assert told(
        "build.sbt",
        """\
        ThisBuild / organization := "com.example"
        ThisBuild / version      := "0.1.0"
        val akkaVersion = "2.8.5"
        lazy val hello = project
          .settings(
            name := "hello",
            libraryDependencies += "org.scala-lang" %% "toolkit" % "0.1.7",
            libraryDependencies ++= Seq(
              "com.typesafe.akka" %% "akka-actor" % akkaVersion,
              "org.scala-lang" %% "toolkit-test" % "0.1.7" % Test, // and no more
              "org.apache.derby" % "derby" % "10.4.1.3" % "provided",
              "org.scala-js" %%% "scalajs-dom" % "2.0"
            )
          )
        addSbtPlugin("com.eed3si9n" % "sbt-assembly" % "2.1.1")
        """,
    ) == [
        "makes com.example:hello 0.1.0",
        "7 org.scala-lang:toolkit 0.1.7 runtime",
        "9 com.typesafe.akka:akka-actor 2.8.5 runtime",
        "10 org.scala-lang:toolkit-test 0.1.7 test",
        "11 org.apache.derby:derby 10.4.1.3 provided",
        "12 org.scala-js:scalajs-dom 2.0 runtime",
        "15 com.eed3si9n:sbt-assembly 2.1.1 build",
    ]


@pytest.mark.parametrize("name", ["pom.xml", "Shop.csproj", "packages.config", "Directory.Packages.props"])
@pytest.mark.parametrize(
    ("bomb", "why"),
    [
        ('<!DOCTYPE a [<!ENTITY b "bb"><!ENTITY c "&b;&b;">]><project>&c;</project>', "declares entities"),
        ('<!DOCTYPE a [<!ENTITY b SYSTEM "file:///etc/passwd">]><project>&b;</project>', "declares entities"),
        ("<a>" * 5000, "nested deeper than 100"),
        ("<project><a></project>", "not XML: mismatched tag"),
        ("", "not XML: no element found"),
    ],
    ids=["laughs", "file", "depth", "mismatch", "empty"],
)
def test_xml_that_means_harm_is_told(told: Callable, name: str, bomb: str, why: str):
    assert told(name, bomb) == [f"but: {why}"]


def test_properties_of_maven_cannot_grow(told: Callable):
    grown = "".join(f"<p{n}>{f'${{p{n - 1}}}' * 10}</p{n}>" for n in range(1, 30))
    of_it = "<groupId>g</groupId><artifactId>a</artifactId><version>${p29}</version>"
    text = f"<project>{of_it}<properties>{grown}</properties></project>"
    (line,) = told("pom.xml", text)
    assert len(line) < 400


def test_a_package_of_maven_whose_name_is_a_template_is_told_and_not_made(told: Callable):
    text = "<project><groupId>${groupId}</groupId><artifactId>${artifactId}</artifactId></project>"
    (line,) = told("pom.xml", text)
    assert line.startswith("but: its package is called ${groupId}:${artifactId}, ")
