namespace LogFlow.Agent;

/// <summary><c>if, then, else</c>.</summary>
internal sealed class ChoiceProcessor(
    EventCondition condition, IReadOnlyList<EventProcessor> then, IReadOnlyList<EventProcessor> otherwise) : EventProcessor
{
    /// <inheritdoc/>
    protected override bool Process(AgentEvent @event)
    {
        foreach (var processor in condition.Holds(@event) ? then : otherwise)
        {
            if (!processor.Run(@event))
            {
                return false;
            }
        }

        return true;
    }
}
