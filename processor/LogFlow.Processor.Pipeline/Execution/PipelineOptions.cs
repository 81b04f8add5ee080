namespace LogFlow.Processor.Pipeline;

/// <summary>The settings of a pipeline, by Logstash's names.</summary>
public sealed record PipelineOptions
{
    /// <summary><c>pipeline.ecs_compatibility</c> is not <c>disabled</c>. Default: on, as in Logstash 8 (v8).</summary>
    public bool IsEcs { get; init; } = true;

    /// <summary><c>config.support_escapes</c>. Matches Logstash's default.</summary>
    public bool SupportEscapes { get; init; }

    /// <summary>Gives the value of <c>${NAME}</c>; null when there is none.</summary>
    public Func<string, string?> Environment { get; init; } = System.Environment.GetEnvironmentVariable;

    /// <summary>
    /// The zone of times that name none, where no setting does: the machine's, as in Logstash.
    /// </summary>
    public TimeZoneInfo TimeZone { get; init; } = TimeZoneInfo.Local;

    /// <summary>The clock: for events without <c>@timestamp</c>, dates without a year, throttle.</summary>
    public TimeProvider Time { get; init; } = TimeProvider.System;
}
