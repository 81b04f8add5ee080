using LogFlow.Kafka.Protocol;

namespace LogFlow.Kafka.Client;

/// <summary>
/// What became of a batch: in the log once, or refused with an error that trying again does not mend.
/// </summary>
/// <param name="Error">
/// None, also for a batch that the log held already. OUT_OF_ORDER_SEQUENCE_NUMBER may also come from this side: an
/// earlier batch of the same producer epoch was refused, so this one was not sent.
/// </param>
/// <param name="BaseOffset">Offset of the first record; −1 where the broker no longer knows it.</param>
/// <param name="IsDuplicate">The broker had it already and forgot the offset: an earlier attempt had arrived.</param>
/// <param name="Message">The broker's words, if any.</param>
public readonly record struct SendResult(
    ErrorCode Error, long BaseOffset = -1, bool IsDuplicate = false, string? Message = null)
{
    public bool IsSuccess => Error == ErrorCode.None;
}
