-- PostgreSQL enums become GraphQL enums: label in_review, value IN_REVIEW.

create type user_role as enum ('reader', 'author', 'editor');
create type post_status as enum ('draft', 'in_review', 'published');
