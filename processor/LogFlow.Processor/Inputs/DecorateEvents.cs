namespace LogFlow.Processor;

/// <summary>What <c>[@metadata][kafka]</c> tells of a record; Logstash <c>decorate_events</c>.</summary>
internal enum DecorateEvents
{
    None,

    /// <summary>Topic, group, partition, offset, key and timestamp.</summary>
    Basic,

    /// <summary>And the headers.</summary>
    Extended,
}
