namespace LogFlow.Hosting;

/// <summary>
/// A key that the original tool has and that has nothing to do here. It is taken, with everything below it, and one
/// warning says what it means here.
/// </summary>
[AttributeUsage(AttributeTargets.Class, AllowMultiple = true)]
public sealed class AcceptedKeyAttribute(string key, string meaning) : Attribute
{
    /// <summary>The key, dotted, relative to the section that the class describes.</summary>
    public string Key { get; } = key;

    /// <summary>What it means here; the end of a sentence that begins with the key.</summary>
    public string Meaning { get; } = meaning;

    /// <summary>Sections whose mere defaults, empty values and <c>enabled: false</c> are not worth a warning.</summary>
    public bool IsQuiet { get; init; }
}
