(rescue body: (_)? @body) @handler
