.data.posts[] | [.id, .title, .author.username, .author.fullName] | @tsv
