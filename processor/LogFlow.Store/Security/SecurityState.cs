using System.Collections.Immutable;

namespace LogFlow.Store;

/// <summary>All users and API keys at one moment; swapped whole.</summary>
/// <param name="Users">By name.</param>
/// <param name="Keys">By id.</param>
internal sealed record SecurityState(
    ImmutableSortedDictionary<string, StoreUser> Users,
    ImmutableSortedDictionary<string, StoreApiKey> Keys)
{
    public static SecurityState Empty { get; } = Of([], []);

    /// <summary>Whether anybody can log in.</summary>
    public bool HasAny => Users.Count > 0 || Keys.Count > 0;

    /// <exception cref="ArgumentException">Two have one name.</exception>
    public static SecurityState Of(IEnumerable<StoreUser> users, IEnumerable<StoreApiKey> keys) => new(
        ImmutableSortedDictionary.Create<string, StoreUser>(StringComparer.Ordinal)
            .AddRange(users.Select(static user => KeyValuePair.Create(user.Name, user))),
        ImmutableSortedDictionary.Create<string, StoreApiKey>(StringComparer.Ordinal)
            .AddRange(keys.Select(static key => KeyValuePair.Create(key.Id, key))));
}
