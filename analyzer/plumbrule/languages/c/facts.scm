; One captured node a pattern, so that matches come in the order of the text. A capture is named for the method
; (`on_NAME` in facts.py or extract/sweep.py) or the flow that takes it. What C++ has beyond C is in cpp.scm.

(preproc_include) @include
(preproc_def) @constant
(preproc_function_def) @macro
(preproc_call) @directive
[(preproc_if) (preproc_ifdef) (preproc_elif)] @conditional

(function_definition) @function
(declaration) @declaration
(type_definition) @typedef
[(struct_specifier) (union_specifier)] @record
(enum_specifier) @enum
(enumerator) @enumerator
(field_declaration) @field

(call_expression function: (identifier) @call)
(type_identifier) @type

(if_statement) @branch
(else_clause) @else
[(for_statement) (while_statement) (do_statement)] @loop
(switch_statement) @switch
(case_statement) @case
(conditional_expression) @ternary
(binary_expression) @boolean
(goto_statement) @goto
[(expression_statement) (return_statement) (break_statement) (continue_statement)] @statement

[(string_literal) (char_literal)] @string
(comment) @comment
(ERROR) @error
