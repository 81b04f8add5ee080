namespace LogFlow.Agent;

/// <summary>What an input's own keys say about its events, below <c>@metadata</c>.</summary>
internal sealed class MetadataProcessor(IReadOnlyDictionary<string, string> values) : EventProcessor
{
    /// <inheritdoc/>
    protected override bool Process(AgentEvent @event)
    {
        foreach (var (name, value) in values)
        {
            @event.OwnMetadata.Set(name, value);
        }

        return true;
    }
}
