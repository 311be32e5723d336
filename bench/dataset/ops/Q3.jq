.data.comments[] | [.id, .content, .author.username, .post.title] | @tsv
