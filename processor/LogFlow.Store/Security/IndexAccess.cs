using Microsoft.AspNetCore.Http;

namespace LogFlow.Store;

/// <summary>
/// What one request may see and do: who makes it, and the action that it has turned out to be. Every index that an
/// endpoint touches is asked for here.
/// </summary>
internal sealed class IndexAccess(StorePrincipal principal)
{
    /// <summary>Actions that know nothing of an index but that it is there: for readers and writers alike.</summary>
    private const StoreAccess Metadata = StoreAccess.Read | StoreAccess.Write;

    public StorePrincipal Principal => principal;

    /// <summary>The action by Elasticsearch's name, for refusals.</summary>
    public string Action { get; private set; } = "";

    /// <summary>Of these one is needed.</summary>
    public StoreAccess Needed { get; private set; } = StoreAccess.Manage;

    /// <summary>Whether every index may be touched, so that nothing needs to be left out.</summary>
    public bool IsUnlimited => principal.MayWithAll(Needed);

    public static IndexAccess Of(HttpContext context) => context.Features.Get<IndexAccess>()
        ?? throw new InvalidOperationException("a request reached an endpoint that nobody let in");

    /// <summary>The request reads documents.</summary>
    /// <exception cref="QueryException">403: of no index.</exception>
    public void Reads(string action) => Demand(action, StoreAccess.Read);

    /// <summary>The request adds documents, or what goes with them.</summary>
    /// <exception cref="QueryException">403: to no index.</exception>
    public void Writes(string action) => Demand(action, StoreAccess.Write);

    /// <summary>The request asks which indices there are.</summary>
    /// <exception cref="QueryException">403: none for it.</exception>
    public void Looks(string action) => Demand(action, Metadata);

    /// <summary>The request changes who may do what, or what all share.</summary>
    /// <exception cref="QueryException">403: it is no administrator's.</exception>
    public void Administers(string action)
    {
        Action = action;
        if (!principal.IsAdmin)
        {
            throw new QueryException("security_exception",
                $"action [{action}] is unauthorized for {principal.Description}, this action is granted by the cluster "
                + "privileges [manage_security,all]", 403);
        }
    }

    public bool May(string index) => principal.May(Needed, index);

    /// <summary>403: an index that was named.</summary>
    public QueryException Forbidden(string index) => new("security_exception", Reason(index), 403);

    /// <summary>Why an index may not be touched.</summary>
    public string Reason(string index) =>
        $"action [{Action}] is unauthorized for {principal.Description} on indices [{index}], this action is granted "
        + $"by the index privileges [{Privileges}]";

    private string Privileges => Needed switch
    {
        StoreAccess.Read => "read,all",
        StoreAccess.Write => "create_doc,create,index,write,all",
        _ => "view_index_metadata,read,write,manage,all",
    };

    private void Demand(string action, StoreAccess needed)
    {
        (Action, Needed) = (action, needed);
        if (!principal.MayWithSome(needed))
        {
            throw new QueryException("security_exception",
                $"action [{action}] is unauthorized for {principal.Description}, this action is granted by the index "
                + $"privileges [{Privileges}]", 403);
        }
    }
}
