; One captured node a pattern, so that matches come in the order of the text. A capture is named for the method
; (`on_NAME` in facts.py or extract/sweep.py) or the flow that takes it.

[
  (body_statement (_) @statement) (block_body (_) @statement) (then (_) @statement) (else (_) @statement)
  (do (_) @statement) (begin (_) @statement) (ensure (_) @statement)
]

[(class) (module)] @class
(singleton_class) @singleton
[(method) (singleton_method)] @method
(lambda) @lambda
[(do_block) (block)] @closure
[(assignment) (operator_assignment)] @assign
(alias) @alias

(call receiver: [(constant) (scope_resolution)]) @sent
(call !receiver method: (identifier)) @command
(call receiver: (self) method: (identifier)) @own_call
[(body_statement (identifier) @section) (program (identifier) @section)]
(constant) @constant
(scope_resolution) @constant
(exceptions) @exceptions
(pattern) @pattern
(in_clause pattern: (_) @pattern)

[(if) (unless)] @if
[(if_modifier) (unless_modifier) (while_modifier) (until_modifier)] @modifier
(elsif) @elsif
(if alternative: (else) @else)
(unless alternative: (else) @else)
(elsif alternative: (else) @else)
[(while) (until) (for)] @loop
[(case) (case_match)] @switch
[(when) (in_clause)] @case
(conditional) @conditional
(rescue) @rescue
(rescue_modifier) @rescued
(binary) @boolean
[(if_guard) (unless_guard)] @guard
[(string) (subshell) (regex) (string_array) (symbol_array) (heredoc_body) (character) (delimited_symbol)] @string
[(comment) (uninterpreted)] @comment
(ERROR) @error
