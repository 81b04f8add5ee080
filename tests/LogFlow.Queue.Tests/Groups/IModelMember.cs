namespace LogFlow.Queue.Tests;

/// <summary>A member that follows its protocol, whatever happens around it.</summary>
internal interface IModelMember
{
    string Id { get; }

    string Topics { get; }

    /// <summary>What it believes that it may read.</summary>
    PartitionAssignment Owned { get; }

    /// <summary>Does what is next: asks, or looks at an answer that has come.</summary>
    /// <param name="harness">The group.</param>
    /// <param name="isAnswerLost">The connection breaks before an answer.</param>
    Task BeatAsync(ConsumerGroupHarness harness, bool isAnswerLost);

    /// <summary>Says goodbye.</summary>
    Task LeaveAsync(ConsumerGroupHarness harness);

    /// <summary>The queue has started again: what it was to answer, it does not.</summary>
    void Reconnect();
}
