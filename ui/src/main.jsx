// The page: GraphiQL on this server's /graphql, and the development banner.
// All of it comes from the files beside this one; nothing else is requested.

import './style.css';
import { createGraphiQLFetcher } from '@graphiql/toolkit';
import { GraphiQL } from 'graphiql';
import { createRoot } from 'react-dom/client';
import { DevBanner } from './dev-banner.jsx';
import icon from './icon.svg';
import { Surroundings } from './surroundings.jsx';

globalThis.MonacoEnvironment = {
  getWorker: (_id, label) => new Worker('graphiql-worker.js', { name: label }),
};

const DEFAULT_QUERY = `# Ctrl-Enter runs the query, Ctrl-Space
# completes, F1 lists all commands.
# The book at the top left explains your schema.

query {
  __typename
}
`;

function subscriptionUrl() {
  const url = new URL('/graphql', window.location.href);
  url.protocol = url.protocol === 'https:' ? 'wss:' : 'ws:';
  return url.href;
}

const fetcher = createGraphiQLFetcher({
  url: '/graphql',
  subscriptionUrl: subscriptionUrl(),
  enableIncrementalDelivery: false,
});

function Page() {
  return (
    <GraphiQL fetcher={fetcher} defaultQuery={DEFAULT_QUERY} shouldPersistHeaders={false}
      showPersistHeadersSettings>
      <GraphiQL.Logo>
        <span className="logo"><img src={icon} alt="" />FraiseQL</span>
      </GraphiQL.Logo>
      <Surroundings />
      <DevBanner url="/_dev/status" />
    </GraphiQL>
  );
}

createRoot(document.getElementById('graphiql')).render(<Page />);
