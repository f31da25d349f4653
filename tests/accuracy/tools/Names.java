import static java.nio.charset.StandardCharsets.UTF_8;

import com.sun.source.tree.ClassTree;
import com.sun.source.tree.CompilationUnitTree;
import com.sun.source.tree.IdentifierTree;
import com.sun.source.tree.MemberReferenceTree;
import com.sun.source.tree.MemberSelectTree;
import com.sun.source.util.JavacTask;
import com.sun.source.util.TreePathScanner;
import com.sun.source.util.Trees;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeSet;
import javax.lang.model.element.Element;
import javax.lang.model.element.Modifier;
import javax.lang.model.element.TypeElement;
import javax.tools.Diagnostic;
import javax.tools.DiagnosticListener;
import javax.tools.JavaCompiler;
import javax.tools.JavaFileObject;
import javax.tools.StandardJavaFileManager;
import javax.tools.ToolProvider;

/**
 * Which classes the names in source files mean, as the compiler binds them:
 * java Names.java TREE LIST-OF-FILES CLASSPATH OUTPUT. The class files go to OUTPUT.
 *
 * Prints "class NAME FILE" of every class that is declared, "name FILE NAME" for every name in a file that means a
 * class or a static member of one, and "possible FILE NAME" for one that means another member of a class; names are
 * binary ones. Of files that do not compile only "error FILE".
 */
public class Names {
    public static void main(String[] arguments) throws Exception {
        Path root = Path.of(arguments[0]).toAbsolutePath();
        List<Path> files = new ArrayList<>();
        for (String line : Files.readAllLines(Path.of(arguments[1]))) {
            files.add(Path.of(line).toAbsolutePath());
        }
        JavaCompiler compiler = ToolProvider.getSystemJavaCompiler();
        StandardJavaFileManager manager = compiler.getStandardFileManager(null, null, UTF_8);
        List<String> options =
                List.of("-proc:none", "-nowarn", "-g", "-Xmaxerrs", "100000", "-cp", arguments[2], "-d", arguments[3]);
        TreeSet<String> said = new TreeSet<>();
        DiagnosticListener<JavaFileObject> listener = problem -> {
            if (problem.getKind() == Diagnostic.Kind.ERROR && problem.getSource() != null) {
                said.add("error\t" + problem.getSource().getName());
            }
        };
        JavacTask task = (JavacTask) compiler.getTask(
                null, manager, listener, options, null, manager.getJavaFileObjectsFromPaths(files));
        List<CompilationUnitTree> units = new ArrayList<>();
        task.parse().forEach(units::add);
        task.analyze();
        if (!said.isEmpty()) {
            said.forEach(System.out::println);
            return;
        }
        Trees trees = Trees.instance(task);
        for (CompilationUnitTree unit : units) {
            String file = root.relativize(Path.of(unit.getSourceFile().toUri())).toString();
            new TreePathScanner<Void, Void>() {
                @Override
                public Void visitClass(ClassTree tree, Void nothing) {
                    Element element = trees.getElement(getCurrentPath());
                    if (element instanceof TypeElement) {
                        String name = task.getElements().getBinaryName((TypeElement) element).toString();
                        said.add("class\t" + name + "\t" + file);
                    }
                    return super.visitClass(tree, nothing);
                }
            }.scan(unit, null);
        }
        for (CompilationUnitTree unit : units) {
            String file = root.relativize(Path.of(unit.getSourceFile().toUri())).toString();
            new TreePathScanner<Void, Void>() {
                private void tell(Element meant) {
                    Element element = meant;
                    boolean isStatic = element != null && element.getModifiers().contains(Modifier.STATIC);
                    boolean isMember = element != null && !(element instanceof TypeElement)
                            && element.getEnclosingElement() instanceof TypeElement;
                    while (element != null && !(element instanceof TypeElement)) {
                        if (!isStatic && !isMember) {
                            return;
                        }
                        element = element.getEnclosingElement();
                    }
                    if (element != null) {
                        String name = task.getElements().getBinaryName((TypeElement) element).toString();
                        said.add((isMember && !isStatic ? "possible\t" : "name\t") + file + "\t" + name);
                    }
                }

                @Override
                public Void visitIdentifier(IdentifierTree tree, Void nothing) {
                    tell(trees.getElement(getCurrentPath()));
                    return super.visitIdentifier(tree, nothing);
                }

                @Override
                public Void visitMemberSelect(MemberSelectTree tree, Void nothing) {
                    tell(trees.getElement(getCurrentPath()));
                    return super.visitMemberSelect(tree, nothing);
                }

                @Override
                public Void visitMemberReference(MemberReferenceTree tree, Void nothing) {
                    tell(trees.getElement(getCurrentPath()));
                    return super.visitMemberReference(tree, nothing);
                }
            }.scan(unit, null);
        }
        task.generate();
        said.forEach(System.out::println);
    }
}
