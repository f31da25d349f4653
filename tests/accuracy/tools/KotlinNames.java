import com.intellij.openapi.Disposable;
import com.intellij.openapi.util.Disposer;
import com.intellij.psi.PsiElement;
import com.intellij.psi.PsiFile;
import java.io.File;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeSet;
import org.jetbrains.kotlin.analyzer.AnalysisResult;
import org.jetbrains.kotlin.cli.common.CLIConfigurationKeys;
import org.jetbrains.kotlin.cli.common.config.ContentRootsKt;
import org.jetbrains.kotlin.cli.common.messages.MessageCollector;
import org.jetbrains.kotlin.cli.jvm.compiler.CliBindingTrace;
import org.jetbrains.kotlin.cli.jvm.compiler.EnvironmentConfigFiles;
import org.jetbrains.kotlin.cli.jvm.compiler.KotlinCoreEnvironment;
import org.jetbrains.kotlin.cli.jvm.compiler.TopDownAnalyzerFacadeForJVM;
import org.jetbrains.kotlin.cli.jvm.config.JvmContentRootsKt;
import org.jetbrains.kotlin.config.CommonConfigurationKeys;
import org.jetbrains.kotlin.config.CompilerConfiguration;
import org.jetbrains.kotlin.config.JVMConfigurationKeys;
import org.jetbrains.kotlin.descriptors.CallableDescriptor;
import org.jetbrains.kotlin.descriptors.ClassifierDescriptor;
import org.jetbrains.kotlin.descriptors.ConstructorDescriptor;
import org.jetbrains.kotlin.descriptors.DeclarationDescriptor;
import org.jetbrains.kotlin.descriptors.PackageFragmentDescriptor;
import org.jetbrains.kotlin.psi.KtFile;
import org.jetbrains.kotlin.psi.KtNameReferenceExpression;
import org.jetbrains.kotlin.psi.KtReferenceExpression;
import org.jetbrains.kotlin.psi.KtTreeVisitorVoid;
import org.jetbrains.kotlin.resolve.BindingContext;
import org.jetbrains.kotlin.resolve.DescriptorToSourceUtils;

/**
 * What the names in Kotlin files mean, as the compiler's front end binds them:
 * java -cp KOTLIN-COMPILER KotlinNames.java LIST-OF-FILES CLASSPATH [FOLDERS-OF-JAVA-SOURCES].
 *
 * Prints "sure FROM TO" where a name in one file means a class, something at the top of another or a member that is
 * named by its class, and "possible FROM TO" for everything else that a name or an operator is bound to.
 */
public class KotlinNames {
    public static void main(String[] arguments) throws Exception {
        System.setProperty("idea.io.use.fallback", "true");
        CompilerConfiguration configuration = new CompilerConfiguration();
        configuration.put(CLIConfigurationKeys.MESSAGE_COLLECTOR_KEY, MessageCollector.Companion.getNONE());
        configuration.put(CommonConfigurationKeys.MODULE_NAME, "all");
        configuration.put(JVMConfigurationKeys.JDK_HOME, new File(System.getProperty("java.home")));
        for (String line : Files.readAllLines(Path.of(arguments[0]))) {
            ContentRootsKt.addKotlinSourceRoot(configuration, line);
        }
        for (String jar : arguments[1].split(File.pathSeparator)) {
            JvmContentRootsKt.addJvmClasspathRoot(configuration, new File(jar));
        }
        for (String root : arguments.length > 2 ? arguments[2].split(File.pathSeparator) : new String[0]) {
            JvmContentRootsKt.addJavaSourceRoot(configuration, new File(root), null);
        }
        Disposable end = Disposer.newDisposable();
        KotlinCoreEnvironment environment = KotlinCoreEnvironment.createForProduction(
                end, configuration, EnvironmentConfigFiles.JVM_CONFIG_FILES);
        List<KtFile> files = new ArrayList<>(environment.getSourceFiles());
        AnalysisResult result = TopDownAnalyzerFacadeForJVM.analyzeFilesWithJavaIntegration(
                environment.getProject(), files, new CliBindingTrace(), configuration,
                environment::createPackagePartProvider);
        BindingContext context = result.getBindingContext();
        TreeSet<String> said = new TreeSet<>();
        for (KtFile file : files) {
            file.accept(new KtTreeVisitorVoid() {
                @Override
                public void visitReferenceExpression(KtReferenceExpression expression) {
                    super.visitReferenceExpression(expression);
                    DeclarationDescriptor meant = context.get(BindingContext.REFERENCE_TARGET, expression);
                    if (meant == null) {
                        return;
                    }
                    for (DeclarationDescriptor one : DescriptorToSourceUtils.getEffectiveReferencedDescriptors(meant)) {
                        PsiElement source = DescriptorToSourceUtils.getSourceFromDescriptor(one);
                        PsiFile there = source == null ? null : source.getContainingFile();
                        if (there != null && there != file && there.getVirtualFile() != null) {
                            boolean sure = expression instanceof KtNameReferenceExpression && isNamed(one);
                            said.add((sure ? "sure\t" : "possible\t") + file.getVirtualFilePath() + "\t"
                                    + there.getVirtualFile().getPath());
                        }
                    }
                }
            });
        }
        said.forEach(System.out::println);
        System.exit(0);
    }

    /** Whether a file that names it has to say where it is: a class, what is at the top of a file, or in an object. */
    private static boolean isNamed(DeclarationDescriptor meant) {
        if (meant instanceof ClassifierDescriptor || meant instanceof ConstructorDescriptor) {
            return true;
        }
        DeclarationDescriptor around = meant.getContainingDeclaration();
        return meant instanceof CallableDescriptor && around instanceof PackageFragmentDescriptor;
    }
}
