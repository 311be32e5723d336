.data.postRows[]
| . as $post
| (.comments | if . == [] then [null] else . end)[]
| [$post.id, $post.title, .id, .content, .author.username, .author.fullName]
| @tsv
