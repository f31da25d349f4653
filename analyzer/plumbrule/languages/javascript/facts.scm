; One captured node a pattern, so that matches come in the order of the text. A capture is named for the method
; (`on_NAME` in facts.py, modules.py or extract/sweep.py) or the flow that takes it. No pattern waits inside a node for
; a child without a field: every open one would be visited at every node below, and hostile depth would cost its square. typescript/facts.scm without types, with JSX.

(import_statement) @import
(export_statement) @export

[
  (function_declaration) (generator_function_declaration) (function_expression) (generator_function) (arrow_function)
] @function
(method_definition) @method
[(class_declaration) (class)] @class
(field_definition) @field
[(lexical_declaration) (variable_declaration) (using_declaration)] @variables
(assignment_expression left: (member_expression)) @assignment

(call_expression function: [(identifier) (member_expression)] @call)
(call_expression function: (import) @dynamic)
(call_expression function: [(parenthesized_expression) (function_expression)] @immediate)
(new_expression constructor: [(identifier) (member_expression)] @call)
(decorator) @decorator
(jsx_opening_element name: [(identifier) (member_expression)] @component)
(jsx_self_closing_element name: [(identifier) (member_expression)] @component)

(if_statement) @if
(else_clause) @else
[(for_statement) (for_in_statement) (while_statement) (do_statement)] @loop
(switch_statement) @switch
(switch_case) @case
(try_statement) @try
(catch_clause) @catch
(ternary_expression) @ternary
[(assignment_pattern) (object_assignment_pattern)] @default
(binary_expression) @boolean
(augmented_assignment_expression) @assigning
(break_statement label: (_) @jump)
(continue_statement label: (_) @jump)
(throw_statement) @throw
[
  (expression_statement) (return_statement) (break_statement) (continue_statement) (debugger_statement)
  (with_statement)
] @statement

(string) @string
(template_string) @template
(regex) @regex
(jsx_text) @text
[(comment) (html_comment) (hash_bang_line)] @comment
(ERROR) @error
