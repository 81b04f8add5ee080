namespace LogFlow.Queue.Tests;

/// <summary>A fact that is skipped, with the reason, where Node.js or its Kafka clients cannot be had.</summary>
public sealed class NodeFactAttribute : FactAttribute
{
    public NodeFactAttribute() => Skip = NodeClients.WhyMissing;
}
