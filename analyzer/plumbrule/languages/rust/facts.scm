; One captured node a pattern, so that matches come in the order of the text. A capture is named for the method
; (`on_NAME` in facts.py or extract/sweep.py) or the flow that takes it.

(attribute_item) @attribute
(inner_attribute_item) @inner_attribute
(use_declaration) @use
(extern_crate_declaration) @crate
(mod_item) @module

(function_item) @function
(function_signature_item) @function
(closure_expression) @closure
[(struct_item) (union_item) (enum_item) (trait_item)] @definition
[(type_item) (associated_type)] @alias
(enum_variant) @variant
(field_declaration) @field
(impl_item) @impl
[(const_item) (static_item)] @variable

(macro_definition) @macro_rules
(macro_invocation) @macro
(source_file (macro_invocation) @item_macro)
(source_file (expression_statement (macro_invocation) @item_macro))

(call_expression function: (identifier) @call)
(call_expression function: (field_expression value: (self)) @call)
(call_expression function: (scoped_identifier) @path_call)
(call_expression function: (generic_function function: [(identifier) (scoped_identifier)] @path_call))
(scoped_identifier) @path
[(type_identifier) (scoped_type_identifier)] @type

(block) @block
(if_expression) @if
[(while_expression) (for_expression)] @branch
(match_expression) @match
(match_arm) @arm
(loop_expression) @endless
(match_pattern condition: (_) @guard)
(let_declaration alternative: (block) @otherwise)
(try_expression) @try
(binary_expression) @boolean
(let_chain) @chain
(break_expression (label) @jump)
(continue_expression (label) @jump)
[(expression_statement) (let_declaration)] @statement

[(string_literal) (raw_string_literal) (char_literal)] @string
[(line_comment) (block_comment)] @comment
(ERROR) @error
