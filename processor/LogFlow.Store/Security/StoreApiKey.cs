using System.Text.Json;

namespace LogFlow.Store;

/// <summary>An API key. Its secret has 128 random bits, so that one SHA-256 is enough to keep it.</summary>
internal sealed record StoreApiKey
{
    public required string Id { get; init; }

    public required string Name { get; init; }

    /// <summary>SHA-256 of the secret's text.</summary>
    public required byte[] Hash { get; init; }

    /// <summary>The user who made it. It outlives the user, as in Elasticsearch.</summary>
    public required string Owner { get; init; }

    public required IReadOnlyList<StoreGrant> Grants { get; init; }

    public required bool IsAdmin { get; init; }

    /// <summary>Milliseconds since 1970, as all times here.</summary>
    public required long CreatedMs { get; init; }

    /// <summary>Null: it does not end.</summary>
    public long? ExpiresMs { get; init; }

    /// <summary>Null: it is in force.</summary>
    public long? InvalidatedMs { get; init; }

    /// <summary>As they were given, to be read back.</summary>
    public JsonElement? RoleDescriptors { get; init; }

    /// <summary>What a client keeps with the key; without effect here.</summary>
    public JsonElement? Metadata { get; init; }

    public bool IsInForce(long nowMs) => InvalidatedMs is null && (ExpiresMs is not { } end || nowMs < end);
}
