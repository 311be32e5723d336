.data.posts[] | [.id, .title] | @tsv
