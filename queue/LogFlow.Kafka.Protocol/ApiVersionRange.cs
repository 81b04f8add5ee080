namespace LogFlow.Kafka.Protocol;

/// <summary>An API and the versions of it that a side can speak.</summary>
/// <param name="Key">The API.</param>
/// <param name="Min">Its lowest version.</param>
/// <param name="Max">Its highest version.</param>
/// <param name="FirstFlexible">Its first flexible version; <see cref="short.MaxValue"/>: none.</param>
public readonly record struct ApiVersionRange(ApiKey Key, short Min, short Max, short FirstFlexible)
{
    /// <summary>Whether a version lies in the range.</summary>
    public bool Contains(short version) => version >= Min && version <= Max;
}
