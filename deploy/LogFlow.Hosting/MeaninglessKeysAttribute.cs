namespace LogFlow.Hosting;

/// <summary>
/// Keys that the original tool has and that have no meaning here, so that its own configuration file is taken as it is.
/// They are passed over with one note that names them; nothing that a user relies on may stand among them.
/// </summary>
[AttributeUsage(AttributeTargets.Class)]
public sealed class MeaninglessKeysAttribute(string subject, params string[] keys) : Attribute
{
    /// <summary>For what they have no meaning: "a queue of one node".</summary>
    public string Subject { get; } = subject;

    /// <summary>The keys, dotted; one that ends in <c>.*</c> stands for all below it.</summary>
    public IReadOnlyList<string> Keys { get; } = keys;
}
