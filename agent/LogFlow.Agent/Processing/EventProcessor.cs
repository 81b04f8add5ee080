using LogFlow.Hosting;

namespace LogFlow.Agent;

/// <summary>One of <c>processors</c>: changes events, or drops them. Its properties are its options.</summary>
internal abstract class EventProcessor
{
    /// <summary>Only events for which this holds are looked at.</summary>
    [ConfigKey("when")]
    public EventCondition? When { get; set; }

    /// <summary>A name for messages; without effect.</summary>
    [ConfigKey("tag")]
    public string Tag { get; set; } = "";

    /// <summary>Looks at an event; false: it is dropped.</summary>
    public bool Run(AgentEvent @event) => (When is not null && !When.Holds(@event)) || Process(@event);

    /// <summary>Called once, after its options were read; says what is wrong with them.</summary>
    public virtual IEnumerable<ConfigProblem> Prepare() => [];

    /// <summary>Changes the event; false drops it.</summary>
    protected abstract bool Process(AgentEvent @event);
}
