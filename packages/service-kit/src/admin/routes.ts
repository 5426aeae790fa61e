/** A path of operators on an admin port: only with the operator key. */
export interface AdminRoute {
  method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  /** Segments that begin with a colon are parameters: `/admin/v1/accounts/:account`. */
  path: string;
  handle(request: AdminRequest): Promise<AdminAnswer> | AdminAnswer;
}

export interface AdminRequest {
  params: Readonly<Record<string, string>>;
  query: URLSearchParams;
  /** The JSON of the body; undefined where there was none. */
  body: unknown;
}

export interface AdminAnswer {
  status: number;
  body: unknown;
}

export interface RouteMatch {
  route: AdminRoute;
  params: Record<string, string>;
}

/** `known`: the path is there, with another method. */
export function findRoute(
  routes: readonly AdminRoute[],
  method: string,
  path: string,
): RouteMatch | 'known' | undefined {
  let known = false;
  for (const route of routes) {
    const params = matchPath(route.path, path);
    if (params === undefined) continue;
    if (route.method === method) return { route, params };
    known = true;
  }
  return known ? 'known' : undefined;
}

/** The pattern of the route that a path fits, by whatever method. */
export function findPattern(routes: readonly AdminRoute[], path: string): string | undefined {
  return routes.find((route) => matchPath(route.path, path) !== undefined)?.path;
}

function matchPath(pattern: string, path: string): Record<string, string> | undefined {
  const wanted = pattern.split('/');
  const given = path.split('/');
  if (wanted.length !== given.length) return undefined;
  const params: Record<string, string> = {};
  for (const [index, segment] of wanted.entries()) {
    const value = decoded(given[index] ?? '');
    if (segment.startsWith(':') && value) params[segment.slice(1)] = value;
    else if (segment !== value) return undefined;
  }
  return params;
}

function decoded(segment: string): string | undefined {
  try {
    return decodeURIComponent(segment);
  } catch {
    return undefined;
  }
}
