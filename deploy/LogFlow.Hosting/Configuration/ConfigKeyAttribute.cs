namespace LogFlow.Hosting;

/// <summary>
/// The YAML key of a configuration property, dotted where the original tool's key is
/// (<c>close.on_state_change.inactive</c>). Dotted and nested spellings mean the same.
/// </summary>
[AttributeUsage(AttributeTargets.Property)]
public sealed class ConfigKeyAttribute(string key) : Attribute
{
    /// <summary>The key relative to the section that the declaring type describes.</summary>
    public string Key { get; } = key;

    /// <summary>
    /// What the program tells itself, such as <c>filebeat._once</c> for <c>--once</c>: a part of the key begins with an
    /// underscore. Nobody writes it, and nobody is shown it.
    /// </summary>
    public bool IsInternal => Key.Split('.').Any(static part => part.StartsWith('_'));

    /// <summary>The value is never printed: not by <c>export config</c>, not in errors.</summary>
    public bool IsSecret { get; init; }

    /// <summary>Other names of the key, which older versions of the original tool had.</summary>
    public string[] Aliases { get; init; } = [];
}
