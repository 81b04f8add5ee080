using System.Reflection;
using LogFlow.Platform;

namespace LogFlow.Hosting;

/// <summary>The keys that a configuration class has, for telling unknown ones and what was probably meant.</summary>
internal sealed class KnownKeys(Type declaring, ConfigProperty[] properties)
{
    private readonly string[] _unsupported =
        declaring.GetCustomAttribute<UnsupportedKeysAttribute>()?.Keys.ToArray() ?? [];

    private readonly AcceptedKeyAttribute[] _accepted =
        [.. declaring.GetCustomAttributes<AcceptedKeyAttribute>()];

    private readonly string[] _keys =
        [.. properties.SelectMany(property => property.Attribute.Aliases.Prepend(property.Key))];

    /// <summary>Whether a property is bound at exactly this key.</summary>
    public bool Owns(string key) => Array.IndexOf(_keys, key) >= 0;

    /// <summary>Whether the original tool has this key and we do not (yet).</summary>
    public bool IsUnsupported(string key) => Array.IndexOf(_unsupported, key) >= 0;

    /// <summary>What a key that has nothing to do means here; null where it is no such key.</summary>
    public AcceptedKeyAttribute? FindAccepted(string key) =>
        Array.Find(_accepted, accepted => accepted.Key == key);

    /// <summary>Whether known keys lie below this one.</summary>
    public bool IsPrefix(string key) =>
        _keys.Concat(_unsupported).Concat(_accepted.Select(static accepted => accepted.Key)).Any(
            known => known.StartsWith(key + ".", StringComparison.Ordinal));

    /// <summary>The known key that differs least, or null where none is near.</summary>
    public string? Nearest(string key) => NearestName.Find(key, _keys)
        ?? NearestName.Find(LastPart(key), _keys.Select(LastPart)) switch
        {
            null => null,
            var part => Array.Find(_keys, known => LastPart(known) == part),
        };

    private static string LastPart(string key) => key[(key.LastIndexOf('.') + 1)..];
}
