namespace LogFlow.Hosting.Tests;

public sealed class IdleMemoryTests
{
    private long _allocated;
    private int _collections;

    [Fact]
    public async Task Look_IdleAfterWork_CollectsAtOnceAndWhenPoolsHaveAged()
    {
        await using var memory = new IdleMemory(TimeProvider.System, () => _allocated, () => _collections++);
        Work(memory);
        Assert.Equal(0, _collections);

        memory.Look();
        Assert.Equal(1, _collections);
        Look(memory, 6);
        Assert.Equal(1, _collections);
        memory.Look();
        Assert.Equal(2, _collections);
        Look(memory, 100);
        Assert.Equal(2, _collections);
    }

    [Fact]
    public async Task Look_NothingDoneSinceStart_NeverCollects()
    {
        await using var memory = new IdleMemory(TimeProvider.System, () => _allocated, () => _collections++);
        Look(memory, 20);
        Assert.Equal(0, _collections);
    }

    [Fact]
    public async Task Look_WorkComesBack_StartsOver()
    {
        await using var memory = new IdleMemory(TimeProvider.System, () => _allocated, () => _collections++);
        Work(memory);
        Look(memory, 3);
        Work(memory);
        Look(memory, 8);
        Assert.Equal(3, _collections);
    }

    private void Work(IdleMemory memory)
    {
        _allocated += IdleMemory.IdleBytesMax + 1;
        memory.Look();
    }

    private static void Look(IdleMemory memory, int times)
    {
        for (var look = 0; look < times; look++)
        {
            memory.Look();
        }
    }
}
