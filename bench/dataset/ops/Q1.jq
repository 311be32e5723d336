.data.users[] | [.id, .username, .fullName] | @tsv
