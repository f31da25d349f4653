[(method name: (_) @name) (singleton_method name: (_) @name)] @function
[(lambda) (do_block) (block)] @lambda
(return) @leave
(yield) @yield
(assignment left: (instance_variable) @assigned)
(operator_assignment left: (instance_variable) @assigned)
