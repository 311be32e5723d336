.data.posts[] | [.id, .title, (.createdAt | sub("T"; " ") | sub(":00$"; ""))] | @tsv
