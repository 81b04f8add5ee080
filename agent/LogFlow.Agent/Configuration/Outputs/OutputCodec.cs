namespace LogFlow.Agent;

/// <summary>What a record's value is.</summary>
public enum OutputCodec
{
    /// <summary>One JSON object in ECS.</summary>
    Json,

    /// <summary>The line alone.</summary>
    Raw,
}
