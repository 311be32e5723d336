.data.user | [.id, .username, .fullName] | @tsv
