; One captured node a pattern, so that matches come in the order of the text. A capture is named for the method
; (`on_NAME` in facts.py or extract/sweep.py) or the flow that takes it.

(package_clause (package_identifier) @package)
(import_declaration) @import

(function_declaration) @function
(method_declaration) @method
(func_literal) @closure
[(type_spec) (type_alias)] @definition
(method_elem) @element
(field_declaration) @field
(interface_type (type_elem) @embedded)
[(const_spec) (var_spec)] @variables

(short_var_declaration) @short
(range_clause) @range
(receive_statement) @receive

(call_expression function: [(identifier) (selector_expression)] @call)
(call_expression function: (index_expression operand: [(identifier) (selector_expression)] @call))
[(type_identifier) (qualified_type)] @type

(block) @block
(if_statement) @if
(for_statement) @loop
[(expression_switch_statement) (type_switch_statement) (select_statement)] @switch
[(expression_case) (type_case) (communication_case)] @case
(default_case) @default
(binary_expression) @boolean
(break_statement (label_name) @jump)
(continue_statement (label_name) @jump)
(goto_statement) @goto
[
  (expression_statement) (return_statement) (assignment_statement) (inc_statement) (dec_statement) (send_statement)
  (go_statement) (defer_statement) (break_statement) (continue_statement) (fallthrough_statement)
] @statement

[(interpreted_string_literal) (raw_string_literal) (rune_literal)] @string
(comment) @comment
(ERROR) @error
