.data.updateUser | [.id, .bio] | @tsv
