<?php
// Prints as JSON what the files listed on standard input name, by the language's own parser, and which file Composer's
// loader has for it: {"edges": [[series, src, dst, sure], …], "broken": [file, …]}.

require '/usr/share/php/PhpParser/autoload.php';
require '/usr/share/php/Composer/Autoload/ClassLoader.php';

use PhpParser\Node;
use PhpParser\NodeTraverser;
use PhpParser\NodeVisitor\NameResolver;
use PhpParser\NodeVisitorAbstract;

final class Names extends NodeVisitorAbstract
{
    public array $defined = [];
    public array $named = [];
    public array $functions = [];
    public array $imported = [];
    public array $included = [];
    public string $file = '';

    public function enterNode(Node $node)
    {
        if ($node instanceof Node\Stmt\ClassLike || $node instanceof Node\Stmt\Function_) {
            if (isset($node->namespacedName)) {
                $this->defined[] = (string) $node->namespacedName;
            }
        } elseif ($node instanceof Node\Stmt\Const_) {
            foreach ($node->consts as $const) {
                $this->defined[] = (string) $const->namespacedName;
            }
        } elseif ($node instanceof Node\Stmt\Use_ || $node instanceof Node\Stmt\GroupUse) {
            $prefix = $node instanceof Node\Stmt\GroupUse ? $node->prefix . '\\' : '';
            foreach ($node->uses as $use) {
                $this->imported[] = $prefix . $use->name;
            }
        } elseif ($node instanceof Node\Expr\FuncCall && $node->name instanceof Node\Name) {
            $node->name->setAttribute('called', true);
            if (strtolower((string) $node->name) === 'define' && $node->args[0]->value instanceof Node\Scalar\String_) {
                $this->defined[] = $node->args[0]->value->value;
            }
            $own = $node->name->getAttribute('namespacedName');
            $full = $node->name->getAttribute('resolvedName');
            $this->functions[] = array_map('strval', array_filter([$full, $own, $full ? null : $node->name]));
            if (!$node->name->isUnqualified()) {
                $this->imported[] = (string) ($full ?? $own);
            }
        } elseif ($node instanceof Node\Expr\ConstFetch) {
            $node->name->setAttribute('called', true);
        } elseif ($node instanceof Node\Expr\Include_) {
            $this->included[] = $this->path($node->expr);
        } elseif ($node instanceof Node\Name && !$node->getAttribute('called')) {
            $full = $node->getAttribute('resolvedName');
            if ($full !== null && !$full->isSpecialClassName()) {
                $this->named[] = (string) $full;
                if (!$node->isUnqualified()) {
                    $this->imported[] = (string) $full;
                }
            }
        }
    }

    private function path(Node $node): ?string
    {
        if ($node instanceof Node\Scalar\String_) {
            return $node->value;
        }
        if ($node instanceof Node\Scalar\MagicConst\Dir) {
            return dirname($this->file);
        }
        if ($node instanceof Node\Scalar\MagicConst\File) {
            return $this->file;
        }
        if ($node instanceof Node\Expr\BinaryOp\Concat) {
            $parts = [$this->path($node->left), $this->path($node->right)];
            return in_array(null, $parts, true) ? null : implode('', $parts);
        }
        if ($node instanceof Node\Expr\FuncCall && $node->name instanceof Node\Name
            && strtolower((string) $node->name) === 'dirname') {
            $inside = $this->path($node->args[0]->value);
            $up = isset($node->args[1]) ? $node->args[1]->value : null;
            $levels = $up instanceof Node\Scalar\LNumber ? $up->value : 1;
            return $inside === null ? null : dirname($inside, $levels);
        }
        return null;
    }
}

$root = $argv[1];
$files = array_filter(explode("\n", stream_get_contents(STDIN)));
$loader = new Composer\Autoload\ClassLoader();
$parser = (new PhpParser\ParserFactory())->create(PhpParser\ParserFactory::PREFER_PHP7);
$found = [];
$definers = [];
$broken = [];
foreach ($files as $file) {
    if (basename($file) === 'composer.json') {
        $said = json_decode(file_get_contents("$root/$file"), true);
        foreach (['autoload', 'autoload-dev'] as $section) {
            foreach ($said[$section]['psr-4'] ?? [] as $prefix => $ways) {
                foreach ((array) $ways as $way) {
                    $loader->addPsr4($prefix, rtrim("$root/" . (dirname($file) === '.' ? '' : dirname($file) . '/') . $way, '/'));
                }
            }
            foreach ($said[$section]['psr-0'] ?? [] as $prefix => $ways) {
                foreach ((array) $ways as $way) {
                    $loader->add($prefix, rtrim("$root/" . (dirname($file) === '.' ? '' : dirname($file) . '/') . $way, '/'));
                }
            }
        }
        continue;
    }
    $names = new Names();
    $names->file = "$root/$file";
    $traverser = new NodeTraverser();
    $traverser->addVisitor(new NameResolver(null, ['replaceNodes' => false]));
    $traverser->addVisitor($names);
    try {
        $traverser->traverse($parser->parse(file_get_contents("$root/$file")));
    } catch (PhpParser\Error $error) {
        $broken[] = $file;
        continue;
    }
    $found[$file] = $names;
    foreach (array_unique($names->defined) as $name) {
        $definers[$name][] = $file;
    }
}

// The file that is loaded for a name; where none is, all that define it.
function place(string $name): array
{
    global $loader, $definers, $root;
    $known = $definers[$name] ?? [];
    if (count($known) !== 1) {
        $loaded = $loader->findFile($name);
        $loaded = $loaded ? substr(realpath($loaded), strlen(realpath($root)) + 1) : '';
        if ($loaded !== '' && ($known === [] || in_array($loaded, $known, true))) {
            return [$loaded];
        }
    }
    return $known;
}

$code = array_keys($found);
$edges = [];
$note = function (string $series, string $src, array $places) use (&$edges): void {
    if (in_array($src, $places, true)) {
        return;
    }
    foreach (array_intersect($places, $GLOBALS['code']) as $place) {
        $edges["$series\n$src\n$place"] = count($places) === 1;
    }
};
foreach ($found as $file => $names) {
    foreach (array_unique($names->imported) as $name) {
        $note('import', $file, place($name));
    }
    foreach (array_unique($names->named) as $name) {
        $note('reference', $file, place($name));
    }
    foreach ($names->functions as $candidates) {
        foreach ($candidates as $name) {
            if ($places = place($name)) {
                $note('reference', $file, $places);
                break;
            }
        }
    }
    foreach (array_filter($names->included) as $path) {
        $real = realpath($path[0] === '/' ? $path : dirname("$root/$file") . "/$path");
        if ($real && str_starts_with($real, realpath($root) . '/')) {
            $note('import', $file, [substr($real, strlen(realpath($root)) + 1)]);
        }
    }
}
$rows = [];
foreach ($edges as $edge => $sure) {
    $rows[] = [...explode("\n", $edge), $sure];
}
echo json_encode(['edges' => $rows, 'broken' => $broken], JSON_UNESCAPED_SLASHES);
