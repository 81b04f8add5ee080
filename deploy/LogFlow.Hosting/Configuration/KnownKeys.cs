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

    private readonly MeaninglessKeysAttribute? _meaningless =
        declaring.GetCustomAttribute<MeaninglessKeysAttribute>();

    private readonly string[] _keys =
        [.. properties.SelectMany(property => property.Attribute.Aliases.Prepend(property.Key))];

    /// <summary>Whether a property is bound at exactly this key.</summary>
    public bool Owns(string key) => Array.IndexOf(_keys, key) >= 0;

    /// <summary>Whether the original tool has this key and we do not (yet).</summary>
    public bool IsUnsupported(string key) => Array.IndexOf(_unsupported, key) >= 0;

    /// <summary>What a key that has nothing to do means here; null where it is no such key.</summary>
    public AcceptedKeyAttribute? FindAccepted(string key) =>
        Array.Find(_accepted, accepted => accepted.Key == key);

    /// <summary>For what some of the original tool's keys have no meaning.</summary>
    public string Subject => _meaningless?.Subject ?? "";

    /// <summary>Whether the original tool has this key, and it has no meaning here.</summary>
    public bool IsMeaningless(string key) => _meaningless?.Keys.Any(
        known => known.EndsWith(".*", StringComparison.Ordinal)
            ? key.StartsWith(known[..^1], StringComparison.Ordinal)
            : known == key) == true;

    /// <summary>Whether known keys lie below this one.</summary>
    public bool IsPrefix(string key) =>
        _keys.Concat(_unsupported)
            .Concat(_accepted.Select(static accepted => accepted.Key))
            .Concat(_meaningless?.Keys ?? [])
            .Any(known => known.StartsWith(key + ".", StringComparison.Ordinal));

    /// <summary>The known key nearest to this one, else to its section; null: none is near.</summary>
    public string? NearestOf(string key)
    {
        var nearest = Nearest(key);
        for (var dot = key.LastIndexOf('.'); nearest is null && dot > 0; dot = key.LastIndexOf('.', dot - 1))
        {
            nearest = NearestName.Find(key[..dot], _keys);
        }

        return nearest;
    }

    private string? Nearest(string key) => NearestName.Find(key, _keys)
        ?? NearestName.Find(LastPart(key), _keys.Select(LastPart)) switch
        {
            null => null,
            var part => Array.Find(_keys, known => LastPart(known) == part),
        };

    private static string LastPart(string key) => key[(key.LastIndexOf('.') + 1)..];
}
