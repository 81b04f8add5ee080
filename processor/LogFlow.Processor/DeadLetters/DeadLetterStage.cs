namespace LogFlow.Processor;

/// <summary>The stage at which a record failed; header <c>dlq.stage</c> in lower case.</summary>
internal enum DeadLetterStage
{
    Decode,
    Filter,
    Output,
}
