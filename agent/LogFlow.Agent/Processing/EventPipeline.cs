namespace LogFlow.Agent;

/// <summary>What an input does to its messages and events, besides reading them. Shared by all of its files.</summary>
internal sealed class EventPipeline
{
    private readonly EventProcessor[] _input;
    private readonly EventProcessor[] _global;

    private EventPipeline(
        IReadOnlyList<MessageAssembler.ParserFactory> parsers,
        LineFilter? filter,
        EventProcessor[] input,
        EventProcessor[] global,
        bool keepsNull)
    {
        Parsers = parsers;
        Filter = filter;
        _input = input;
        _global = global;
        KeepsNull = keepsNull;
    }

    /// <summary>The input's parsers, in order.</summary>
    public IReadOnlyList<MessageAssembler.ParserFactory> Parsers { get; }

    /// <summary>Which messages become events, after all parsers; null: all.</summary>
    public LineFilter? Filter { get; }

    /// <summary>Whether fields without a value are kept.</summary>
    public bool KeepsNull { get; }

    /// <summary>Whether any processor looks at events.</summary>
    public bool HasProcessors => _input.Length + _global.Length > 0;

    /// <summary>
    /// The pipeline of an input; null where there is nothing to do: then lines are sent as fast as they are read.
    /// </summary>
    public static EventPipeline? Create(AgentConfig agent, InputConfig input, LineFilter? filter)
    {
        var parsers = input.AllParsers();
        EventProcessor[] own = [.. input.Metadata(), .. input.Processors.List];
        EventProcessor[] global = [.. agent.Processors.List];
        return parsers.Count + own.Length + global.Length == 0
            ? null
            : new EventPipeline(parsers, filter, own, global, input.KeepNull);
    }

    /// <summary>Leads an event through the processors; false where one drops it.</summary>
    /// <param name="event">The event.</param>
    /// <param name="agent">What the agent says of itself, between the input's processors and the global ones.</param>
    public bool Process(AgentEvent @event, EventObject agent)
    {
        if (!Run(_input, @event))
        {
            return false;
        }

        @event.Fields.Merge(agent, overwrites: false);
        return Run(_global, @event);
    }

    private static bool Run(EventProcessor[] processors, AgentEvent @event)
    {
        foreach (var processor in processors)
        {
            if (!processor.Run(@event))
            {
                return false;
            }
        }

        return true;
    }
}
