import java.io.File
import scala.collection.mutable
import scala.reflect.internal.util.{BatchSourceFile, NoPosition, OffsetPosition}
import scala.tools.nsc.{Global, Settings}
import scala.tools.nsc.reporters.StoreReporter

/** What the names in Scala files mean, as the compiler's typer binds them: scala ScalaNames LIST-OF-FILES CLASSPATH.
  *
  * Prints "sure FROM TO" where a name that is written in one file means something of another and says itself where to
  * look (what is in scope, and members of packages, objects, classes and types that names lead to), and "possible FROM
  * TO" for what only types of values lead to: members of values, implicits, types that nobody wrote.
  */
object ScalaNames {
  def main(arguments: Array[String]): Unit = {
    val files = scala.io.Source.fromFile(arguments(0)).getLines.toList
    val settings = new Settings(_ => ())
    settings.classpath.value = arguments(1)
    settings.stopAfter.value = List("typer")
    settings.nowarn.value = true
    if (arguments.length > 2) settings.processArguments(arguments.drop(2).toList, true)
    val reporter = new StoreReporter
    val global = new Global(settings, reporter)
    import global._
    val run = new Run
    run.compile(files)
    reporter.infos.filter(_.severity == reporter.ERROR).take(20).foreach(info => Console.err.println(info.pos + " " + info.msg))
    Console.err.println(s"errors: ${reporter.infos.count(_.severity == reporter.ERROR)}")
    val said = new mutable.TreeSet[(String, String, String)]

    for (unit <- run.units) {
      val source = unit.source
      val own = source.file.path
      def fileOf(symbol: Symbol): String =
        if (symbol == null || symbol == NoSymbol || symbol.hasPackageFlag) null
        else {
          val file = symbol.sourceFile
          if (file == null) null else file.path
        }
      def say(kind: String, symbol: Symbol): Unit =
        if (symbol != null && symbol != NoSymbol) {
          for (one <- symbol.alternatives.take(1); there <- Option(fileOf(one)) if there != own) said += ((kind, own, there))
        }
      /** Whether the text there has this name. */
      def isWritten(position: Position, name: Name): Boolean =
        position.isDefined && position.source == source && {
          val written = name.decoded.trim
          val content = source.content
          val at = position.point
          at >= 0 && (content.startsWith(written, at) || content.startsWith("`" + written, at))
        }
      def isStable(tree: Tree): Boolean = tree match {
        case This(_) | Super(_, _) => true
        case Ident(_) | Select(_, _) => tree.symbol != null && (tree.symbol.isModule || tree.symbol.hasPackageFlag)
        case _ => false
      }
      val expanded = mutable.Set[Tree]()
      object walker extends Traverser {
        override def traverse(tree: Tree): Unit = {
          tree match {
            case Import(qualifier, selectors) =>
              traverse(qualifier)
              for (selector <- selectors if selector.name != nme.WILDCARD) {
                val base = qualifier.tpe
                if (base != null) {
                  for (name <- List(selector.name.toTypeName, selector.name.toTermName)) {
                    val symbol = try base.member(name) catch { case _: Throwable => NoSymbol }
                    say("sure", symbol)
                  }
                }
              }
            case whole: TypeTree =>
              if (whole.original != null) traverse(whole.original)
              else if (whole.tpe != null)
                try whole.tpe.foreach(part => say("possible", part.typeSymbolDirect))
                catch { case _: Throwable => }
            case Ident(name) =>
              say(if (isWritten(tree.pos, name)) "sure" else "possible", tree.symbol)
            case Select(qualifier, name) =>
              val symbol = tree.symbol
              val sure = symbol != null && isWritten(tree.pos, name) && !symbol.isConstructor &&
                (isStable(qualifier) || (name.isTypeName && qualifier.symbol != null && qualifier.symbol.isStable))
              say(if (sure) "sure" else "possible", symbol)
              traverse(qualifier)
            case SelectFromTypeTree(qualifier, name) =>
              say("sure", tree.symbol)
              traverse(qualifier)
            case _: ApplyToImplicitArgs | _: ApplyImplicitView =>
              super.traverse(tree)
            case _: DefTree =>
              if (tree.symbol != null && tree.symbol != NoSymbol) {
                for (note <- tree.symbol.annotations if note.pos.isDefined) {
                  say("sure", note.atp.typeSymbol)
                  note.args.foreach(traverse)
                }
              }
              super.traverse(tree)
            case Literal(constant) =>
              constant.value match {
                case meant: Type => say("possible", meant.typeSymbol)
                case _ =>
              }
            case _ =>
              super.traverse(tree)
          }
          // What a tree was made from is written, too.
          tree.attachments.get[analyzer.MacroExpansionAttachment].foreach { kept =>
            if (expanded.add(kept.expandee)) traverse(kept.expandee)
          }
        }
      }
      exitingTyper(walker.traverse(unit.body))
      unit.depends.foreach(say("possible", _))
    }
    for ((kind, from, to) <- said) println(s"$kind\t$from\t$to")
  }
}
