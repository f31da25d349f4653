[(if condition: (_) @condition) (elsif condition: (_) @condition) (unless condition: (_) @condition)]
[(if_modifier condition: (_) @condition) (unless_modifier condition: (_) @condition)]
(conditional condition: (_) @condition)
