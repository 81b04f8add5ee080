namespace LogFlow.Hosting;

/// <summary>
/// Keys that the original tool has and LogFlow does not support yet. The binder refuses them with a message that says
/// so (with everything below them), instead of calling them unknown or, worse, ignoring them.
/// </summary>
[AttributeUsage(AttributeTargets.Class)]
public sealed class UnsupportedKeysAttribute(params string[] keys) : Attribute
{
    /// <summary>The keys, dotted, relative to the section that the class describes.</summary>
    public IReadOnlyList<string> Keys { get; } = keys;
}
