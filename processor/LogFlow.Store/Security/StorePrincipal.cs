namespace LogFlow.Store;

/// <summary>Who makes a request, and what that may do. Immutable: a change of a user makes another one.</summary>
public sealed class StorePrincipal
{
    private readonly IReadOnlyList<StoreGrant> _grants;

    internal StorePrincipal(string name, IReadOnlyList<StoreGrant> grants, bool isAdmin)
    {
        Name = name;
        IsAdmin = isAdmin;
        _grants = grants;
    }

    /// <summary>Everybody, where there are no logins.</summary>
    internal static StorePrincipal Everybody { get; } =
        new("_anonymous", [StoreGrant.Everything], isAdmin: true) { Roles = ["admin"] };

    /// <summary>Who holds the owner's secret, and so may read the store's folder anyway.</summary>
    internal static StorePrincipal Owner { get; } =
        new("_owner", [StoreGrant.Everything], isAdmin: true) { Roles = ["admin"] };

    /// <summary>LogFlow's processor, which holds a secret of its own: it writes, and is told positions.</summary>
    internal static StorePrincipal Processor { get; } =
        new("_processor", [new StoreGrant(["*"], StoreAccess.Write)], isAdmin: false) { Roles = ["write"] };

    /// <summary>The user's name; of an API key, that of the user who made it.</summary>
    public string Name { get; }

    /// <summary>Whether it may change users and API keys.</summary>
    public bool IsAdmin { get; }

    /// <summary>The roles as they are written; none of an API key.</summary>
    internal IReadOnlyList<string> Roles { get; init; } = [];

    /// <summary>The user behind it; null: another kind.</summary>
    internal StoreUser? User { get; init; }

    /// <summary>The API key; null: another kind.</summary>
    internal StoreApiKey? Key { get; init; }

    /// <summary>Who it is, as Elasticsearch's refusals begin.</summary>
    internal string Description => Key is { } key
        ? $"API key id [{key.Id}] of user [{Name}]"
        : $"user [{Name}] with effective roles [{string.Join(',', Roles)}]";

    /// <summary>Whether it may do one of these with every index.</summary>
    public bool MayWithAll(StoreAccess access) =>
        _grants.Any(grant => (grant.Access & access) != 0 && grant.IsForAll);

    /// <summary>Whether it may do one of these with at least some index.</summary>
    internal bool MayWithSome(StoreAccess access) => _grants.Any(grant => (grant.Access & access) != 0);

    /// <summary>Whether it may do one of these with an index.</summary>
    internal bool May(StoreAccess access, string index) =>
        _grants.Any(grant => (grant.Access & access) != 0 && grant.Covers(index));

    /// <summary>Of a user with its roles.</summary>
    internal static StorePrincipal Of(StoreUser user)
    {
        var grants = user.Roles.Select(StoreRoles.Read).OfType<StoreGrant>().ToArray();
        return new StorePrincipal(
            user.Name, grants, grants.Any(static grant => grant.Access == StoreAccess.All && grant.IsForAll))
        {
            Roles = user.Roles,
            User = user,
        };
    }

    /// <summary>Of an API key.</summary>
    internal static StorePrincipal Of(StoreApiKey key) => new(key.Owner, key.Grants, key.IsAdmin) { Key = key };
}
