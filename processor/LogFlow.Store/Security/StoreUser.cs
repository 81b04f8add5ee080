using System.Text.Json;

namespace LogFlow.Store;

/// <summary>A user, as Elasticsearch's native realm has them.</summary>
internal sealed record StoreUser
{
    public required string Name { get; init; }

    public required PasswordHash Password { get; init; }

    /// <summary>As they were given; each is one that <see cref="StoreRoles"/> reads.</summary>
    public required IReadOnlyList<string> Roles { get; init; }

    public string? FullName { get; init; }

    public string? Email { get; init; }

    /// <summary>What a client keeps with the user; without effect here.</summary>
    public JsonElement? Metadata { get; init; }

    public bool IsEnabled { get; init; } = true;
}
